import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import MuiLink from "@mui/material/Link";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { type ChangeEvent, type FormEvent, useState } from "react";
import { Link, Navigate, useSearchParams } from "react-router";
import { inWords, Problem } from "../../api/problem";
import { useAuth } from "./AuthContext";
import { AuthLayout } from "./AuthLayout";
import { safeNext } from "./next";
import { PasswordField } from "./PasswordField";
import {
  checkRegistration,
  type RegistrationErrors,
  type RegistrationForm,
  SHORTEST_PASSWORD,
} from "./registration";

const EMPTY: RegistrationForm = {
  fullName: "",
  email: "",
  username: "",
  password: "",
  confirmation: "",
};

export function Register() {
  const { status, signUp } = useAuth();
  const [search] = useSearchParams();
  const [form, setForm] = useState(EMPTY);
  const [errors, setErrors] = useState<RegistrationErrors>({});
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);

  if (status === "signedIn") return <Navigate to={safeNext(search.get("next"))} replace />;

  async function submit(event: FormEvent) {
    event.preventDefault();
    const found = checkRegistration(form);
    setErrors(found);
    setProblem(null);
    if (Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      await signUp({
        fullName: form.fullName.trim(),
        email: form.email.trim(),
        password: form.password,
        ...(form.username === "" ? {} : { username: form.username }),
      });
    } catch (refused) {
      if (refused instanceof Problem) setErrors(Object.fromEntries(refused.fields));
      setProblem(inWords(refused));
      setBusy(false);
    }
  }

  const field = (name: keyof RegistrationForm, hint = "") => ({
    name,
    value: form[name],
    error: errors[name] !== undefined,
    helperText: errors[name] ?? hint,
    fullWidth: true,
    onChange: (event: ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setForm({ ...form, [name]: event.target.value });
      if (errors[name] !== undefined) {
        const { [name]: _, ...others } = errors;
        setErrors(others);
      }
    },
  });

  return (
    <AuthLayout
      title="Create your account"
      lead="It takes less than a minute."
      footer={
        <>
          Already have an account?{" "}
          <MuiLink component={Link} to={{ pathname: "/login", search: search.toString() }}>
            Log in
          </MuiLink>
        </>
      }
    >
      <Stack component="form" spacing={2} onSubmit={submit} noValidate>
        {problem !== null && <Alert severity="error">{problem}</Alert>}
        <TextField label="Full name" autoComplete="name" autoFocus {...field("fullName")} />
        <TextField label="Email" type="email" autoComplete="email" {...field("email")} />
        <TextField
          label="Username (optional)"
          autoComplete="username"
          {...field("username", "Others can find and invite you by it.")}
        />
        <PasswordField
          label="Password"
          autoComplete="new-password"
          {...field("password", `At least ${SHORTEST_PASSWORD} characters.`)}
        />
        <PasswordField
          label="Confirm password"
          autoComplete="new-password"
          {...field("confirmation")}
        />
        <Button type="submit" variant="contained" size="large" loading={isBusy} fullWidth>
          Sign up
        </Button>
      </Stack>
    </AuthLayout>
  );
}
