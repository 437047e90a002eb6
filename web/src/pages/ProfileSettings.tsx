/** How others see you. */
import Alert from "@mui/material/Alert";
import Card from "@mui/material/Card";
import Skeleton from "@mui/material/Skeleton";
import Stack from "@mui/material/Stack";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getProfile } from "../api/people";
import { inWords } from "../api/problem";
import { session } from "../api/session";
import { Page } from "../app/Page";
import { PictureUpload } from "../features/profile/PictureUpload";
import { ProfileForm } from "../features/profile/ProfileForm";
import type { Profile } from "../protocol/rest";

export function ProfileSettings() {
  const queries = useQueryClient();
  const { data: profile, error } = useQuery({ queryKey: ["profile"], queryFn: getProfile });

  function show(changed: Profile) {
    queries.setQueryData(["profile"], changed);
    session.showAs(changed);
    void queries.invalidateQueries({ queryKey: ["people"] });
  }

  return (
    <Page title="Profile settings" lead="How others see you in calls and chats.">
      {error !== null && <Alert severity="warning">{inWords(error)}</Alert>}
      {error === null && profile === undefined && <Skeleton variant="rounded" height={320} />}
      {profile !== undefined && (
        <Card sx={{ p: { xs: 2.5, sm: 4 }, maxWidth: 640 }}>
          <Stack spacing={4}>
            <PictureUpload
              profile={profile}
              onChange={(profilePicture) => show({ ...profile, profilePicture })}
            />
            <ProfileForm profile={profile} onChange={show} />
          </Stack>
        </Card>
      )}
    </Page>
  );
}
