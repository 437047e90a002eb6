/** Your picture: put one, change it, take it away. */
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import LinearProgress from "@mui/material/LinearProgress";
import { type ChangeEvent, useState } from "react";
import { uploadProfilePicture } from "../../api/media";
import { changeProfile } from "../../api/people";
import { inWords } from "../../api/problem";
import { useToast } from "../../app/ToastContext";
import type { Profile } from "../../protocol/rest";
import { PersonAvatar } from "../people/PersonAvatar";
import { CropDialog } from "./CropDialog";

interface PictureUploadProps {
  readonly profile: Profile;
  readonly onChange: (profilePicture: string | null) => void;
}

export function PictureUpload({ profile, onChange }: PictureUploadProps) {
  const toast = useToast();
  const [chosen, setChosen] = useState<ImageBitmap | null>(null);
  const [sent, setSent] = useState<number | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const file = event.target.files?.[0];
    // The same file chosen again must be heard again.
    event.target.value = "";
    if (file === undefined) return;
    setProblem(null);
    try {
      setChosen(await createImageBitmap(file));
    } catch {
      setProblem("This file is not a picture your browser can read.");
    }
  }

  async function attempt(act: () => Promise<string | null>) {
    setProblem(null);
    try {
      onChange(await act());
      toast("Your picture was changed.");
    } catch (refused) {
      setProblem(inWords(refused));
    } finally {
      setSent(null);
    }
  }

  const upload = (cropped: Blob) => {
    setChosen(null);
    setSent(0);
    void attempt(async () => (await uploadProfilePicture(cropped, setSent)).path);
  };
  const remove = () =>
    void attempt(async () => {
      await changeProfile({ profilePicture: null });
      return null;
    });

  return (
    <Box>
      <Box sx={{ display: "flex", alignItems: "center", gap: 3, flexWrap: "wrap" }}>
        <PersonAvatar
          userId={profile.userId}
          name={profile.fullName || profile.username}
          picture={profile.profilePicture}
          size={96}
        />
        <Box sx={{ display: "flex", gap: 1, flexWrap: "wrap" }}>
          <Button component="label" variant="outlined" disabled={sent !== null}>
            {profile.profilePicture === null ? "Upload a picture" : "Change the picture"}
            <input
              type="file"
              accept="image/*"
              hidden
              data-testid="picture-file"
              onChange={(event) => void choose(event)}
            />
          </Button>
          {profile.profilePicture !== null && (
            <Button color="error" onClick={remove} disabled={sent !== null}>
              Remove
            </Button>
          )}
        </Box>
      </Box>
      {sent !== null && (
        <LinearProgress
          variant="determinate"
          value={sent * 100}
          aria-label="Upload"
          sx={{ mt: 2, borderRadius: 99 }}
        />
      )}
      {problem !== null && (
        <Alert severity="error" sx={{ mt: 2 }}>
          {problem}
        </Alert>
      )}
      {chosen !== null && (
        <CropDialog picture={chosen} onCancel={() => setChosen(null)} onDone={upload} />
      )}
    </Box>
  );
}
