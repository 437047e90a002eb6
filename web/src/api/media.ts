/** Files go straight to the object store; the server only hands out the address and checks. */
import type { StoredFile, UploadTicket } from "../protocol/rest";
import { Problem } from "./problem";
import { request } from "./request";

/** Stores a profile picture; `onProgress` hears the share that was sent, 0 to 1. */
export async function uploadProfilePicture(
  picture: Blob,
  onProgress: (share: number) => void,
): Promise<StoredFile> {
  const ticket = await request<UploadTicket>("POST", "/api/media/files", {
    body: {
      name: "picture.webp",
      contentType: picture.type,
      size: picture.size,
      purpose: "profile-picture",
    },
    creates: true,
  });
  await put(ticket, picture, onProgress);
  return request("POST", `/api/media/files/${encodeURIComponent(ticket.fileId)}/complete`);
}

/** XMLHttpRequest, because fetch does not tell how much of a body was sent. */
function put({ upload }: UploadTicket, body: Blob, onProgress: (share: number) => void) {
  return new Promise<void>((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(upload.method, upload.url);
    for (const [name, value] of Object.entries(upload.headers)) {
      // Browsers set this one themselves and refuse to be told.
      if (name.toLowerCase() !== "content-length") xhr.setRequestHeader(name, value);
    }
    xhr.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    xhr.onload = () =>
      xhr.status < 300
        ? resolve()
        : reject(
            new Problem({
              code: "upload-refused",
              status: xhr.status,
              detail: "The picture could not be stored.",
            }),
          );
    xhr.onerror = () => reject(Problem.unreachable());
    xhr.send(body);
  });
}
