// Accounts, rooms and chat in one process: Express, Socket.IO, Mongoose.
import { createServer } from "node:http";
import bcrypt from "bcrypt";
import express from "express";
import mongoose from "mongoose";
import { Server } from "socket.io";
import { Message, Room, User } from "./models.js";
import { authenticated, issue, verify } from "./tokens.js";

const ROUNDS = Number(process.env.BCRYPT_ROUNDS ?? 10);

const app = express();
app.disable("x-powered-by");
app.disable("etag");
app.use(express.json({ limit: "100kb" }));

app.post("/api/auth/register", async (request, response) => {
  const { username, email, password } = request.body;
  const hash = await bcrypt.hash(password, ROUNDS);
  const user = await User.create({ username, email, password: hash });
  response.status(201).json({ userId: user.id });
});

app.post("/api/auth/login", async (request, response) => {
  const { username, password } = request.body;
  const user = await User.findOne({ username }).lean();
  if (!user || !(await bcrypt.compare(password, user.password))) {
    response.status(401).json({ message: "Wrong name or password." });
    return;
  }
  response.json({ token: issue(user) });
});

app.post("/api/rooms", authenticated, async (request, response) => {
  const hostId = request.user.sub;
  const { roomName } = request.body;
  const room = await Room.create({ roomName, hostId, participants: [hostId] });
  response.status(201).json({ roomId: room.id });
});

app.post("/api/rooms/:roomId/join", authenticated, async (request, response) => {
  const participants = request.user.sub;
  await Room.updateOne({ _id: request.params.roomId }, { $addToSet: { participants } });
  response.json({ roomId: request.params.roomId });
});

const server = createServer(app);
const io = new Server(server, {
  transports: ["websocket"],
  perMessageDeflate: false,
  httpCompression: false,
  serveClient: false,
});

// Socket.IO's own advice for many sockets: keep no handshake request for each of them.
io.engine.on("connection", (raw) => {
  raw.request = null;
});

io.use((socket, next) => {
  try {
    socket.data.userId = verify(socket.handshake.auth.token).sub;
    next();
  } catch {
    next(new Error("unauthorized"));
  }
});

io.on("connection", (socket) => {
  socket.on("joinRoom", async ({ roomId }, answer) => {
    const isMember = await Room.exists({ _id: roomId, participants: socket.data.userId });
    if (!isMember) return answer({ error: "You are not in this room." });
    await socket.join(roomId);
    answer({ joined: true });
  });

  socket.on("sendMessage", async ({ roomId, message }, answer) => {
    if (!socket.rooms.has(roomId)) return answer({ error: "Join the room first." });
    try {
      const senderId = socket.data.userId;
      const kept = await Message.create({ roomId, senderId, message });
      io.to(roomId).emit("receiveMessage", kept.toObject());
      answer({ messageId: kept.id, timestamp: kept.createdAt });
    } catch {
      answer({ error: "The message could not be stored." });
    }
  });
});

await mongoose.connect(process.env.MONGO_URL, { maxPoolSize: 100 });
await Promise.all([User.init(), Room.init(), Message.init()]);
server.listen(Number(process.env.PORT), "127.0.0.1");
