/** Name, username and contact. */
import Alert from "@mui/material/Alert";
import Button from "@mui/material/Button";
import Stack from "@mui/material/Stack";
import TextField from "@mui/material/TextField";
import { type FormEvent, useState } from "react";
import { changeProfile } from "../../api/people";
import { inWords, Problem } from "../../api/problem";
import { useToast } from "../../app/ToastContext";
import type { Profile } from "../../protocol/rest";

interface ProfileFormProps {
  readonly profile: Profile;
  readonly onChange: (profile: Profile) => void;
}

export function ProfileForm({ profile, onChange }: ProfileFormProps) {
  const toast = useToast();
  const [fullName, setFullName] = useState(profile.fullName ?? "");
  const [username, setUsername] = useState(profile.username);
  const [contact, setContact] = useState(profile.contact ?? "");
  const [problem, setProblem] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const fields = problem instanceof Problem ? problem.fields : new Map<string, string>();

  async function submit(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      onChange(
        await changeProfile({
          fullName: fullName.trim() || null,
          contact: contact.trim() || null,
          ...(username === profile.username ? {} : { username: username.trim() }),
        }),
      );
      toast("Saved.");
    } catch (refused) {
      setProblem(refused);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Stack component="form" spacing={2.5} onSubmit={submit}>
      {problem !== null && <Alert severity="error">{inWords(problem)}</Alert>}
      <TextField
        label="Full name"
        value={fullName}
        error={fields.has("fullName")}
        helperText={fields.get("fullName")}
        onChange={(event) => setFullName(event.target.value)}
      />
      <TextField
        label="Username"
        required
        value={username}
        error={fields.has("username")}
        helperText={fields.get("username") ?? "Others find and invite you by it."}
        onChange={(event) => setUsername(event.target.value)}
      />
      <TextField label="Email" value={profile.email} disabled />
      <TextField
        label="Contact"
        value={contact}
        error={fields.has("contact")}
        helperText={
          fields.get("contact") ?? "A phone number or an address, if you want to add one."
        }
        onChange={(event) => setContact(event.target.value)}
      />
      <Button type="submit" variant="contained" loading={isBusy} sx={{ alignSelf: "flex-start" }}>
        Save changes
      </Button>
    </Stack>
  );
}
