import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Checkbox from "@mui/material/Checkbox";
import FormControlLabel from "@mui/material/FormControlLabel";
import MuiLink from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { type FormEvent, useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { inWords } from "../../api/problem";
import { useAuth } from "./AuthContext";
import { AuthLayout } from "./AuthLayout";
import { safeNext } from "./next";
import { PasswordField } from "./PasswordField";

export function Login() {
  const { status, signIn } = useAuth();
  const [search] = useSearchParams();
  const [identifier, setIdentifier] = useState("");
  const [password, setPassword] = useState("");
  const [rememberMe, setRememberMe] = useState(true);
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  if (status === "signedIn") return <Navigate to={safeNext(search.get("next"))} replace />;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (identifier.trim() === "" || password === "") {
      setProblem("Enter your username or email, and your password.");
      return;
    }
    setBusy(true);
    setProblem(null);
    try {
      await signIn(identifier.trim(), password, rememberMe);
    } catch (refused) {
      setProblem(inWords(refused));
      setBusy(false);
    }
  }

  return (
    <AuthLayout
      title="Welcome back"
      lead="Log in to meet and chat."
      footer={
        <>
          New here?{" "}
          <MuiLink component={Link} to={{ pathname: "/signup", search: search.toString() }}>
            Sign up
          </MuiLink>
        </>
      }
    >
      <Stack component="form" spacing={2.5} onSubmit={submit} noValidate>
        {problem !== null && <Alert severity="error">{problem}</Alert>}
        <TextField
          label="Username or email"
          name="username"
          autoComplete="username"
          autoFocus
          fullWidth
          value={identifier}
          onChange={(event) => setIdentifier(event.target.value)}
        />
        <PasswordField
          label="Password"
          name="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        <FormControlLabel
          label="Remember me"
          control={
            <Checkbox
              checked={rememberMe}
              onChange={(event) => setRememberMe(event.target.checked)}
            />
          }
        />
        <Button type="submit" variant="contained" size="large" loading={isBusy} fullWidth>
          Log in
        </Button>
      </Stack>
    </AuthLayout>
  );
}
