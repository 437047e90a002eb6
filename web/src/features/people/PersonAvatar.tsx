/** A person's picture, or their initials on a colour that is always the same for them. */
import Avatar from "@mui/material/Avatar";
import { initials, tint } from "./initials";

interface PersonAvatarProps {
  readonly userId: string;
  readonly name: string;
  readonly picture: string | null;
  readonly size?: number;
}

export function PersonAvatar({ userId, name, picture, size = 40 }: PersonAvatarProps) {
  return (
    <Avatar
      alt={name}
      {...(picture === null ? {} : { src: picture })}
      sx={{
        width: size,
        height: size,
        fontSize: size * 0.4,
        fontWeight: 650,
        bgcolor: tint(userId),
        color: "#ffffff",
      }}
    >
      {initials(name)}
    </Avatar>
  );
}
