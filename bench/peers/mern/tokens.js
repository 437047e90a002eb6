// Tokens of people: signed at login, verified for every request and every socket.
import jwt from "jsonwebtoken";

const SECRET = process.env.JWT_SECRET;

export function issue(user) {
  const claims = { username: user.username };
  return jwt.sign(claims, SECRET, { subject: String(user._id), expiresIn: "1h" });
}

/** The claims of a token; throws when it is no good. */
export function verify(token) {
  return jwt.verify(token, SECRET, { algorithms: ["HS256"] });
}

/** Express middleware: no token, no entry. */
export function authenticated(request, response, next) {
  const [scheme, token] = (request.headers.authorization ?? "").split(" ");
  try {
    if (scheme !== "Bearer") throw new Error("no token");
    request.user = verify(token);
  } catch {
    response.status(401).json({ message: "Please sign in." });
    return;
  }
  next();
}
