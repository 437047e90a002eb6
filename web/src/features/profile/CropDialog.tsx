/** Choose the square of a picture that becomes the profile picture. */
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import Slider from "@mui/material/Slider";
import Typography from "@mui/material/Typography";
import { type KeyboardEvent, type PointerEvent, useEffect, useState } from "react";
import { CENTRED, dragged, squareOf } from "./crop";

interface CropDialogProps {
  readonly picture: ImageBitmap;
  readonly onCancel: () => void;
  readonly onDone: (cropped: Blob) => void;
}

/** Pixels; sharp at twice the largest size it is shown in. */
const SIDE = 512;
const STEP = 12;

export function CropDialog({ picture, onCancel, onDone }: CropDialogProps) {
  const [crop, setCrop] = useState(CENTRED);
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);

  // A dialog puts its content onto the page later than its effects run: wait for the canvas.
  useEffect(() => {
    const { left, top, side } = squareOf(picture, crop);
    const context = canvas?.getContext("2d");
    context?.clearRect(0, 0, SIDE, SIDE);
    context?.drawImage(picture, left, top, side, side, 0, 0, SIDE, SIDE);
  }, [canvas, picture, crop]);

  function move(dx: number, dy: number) {
    const viewSide = canvas?.clientWidth ?? SIDE;
    setCrop((now) => dragged(picture, now, dx, dy, viewSide));
  }

  function onPointerMove(event: PointerEvent) {
    if (event.buttons === 1) move(event.movementX, event.movementY);
  }

  function onKeyDown({ key }: KeyboardEvent) {
    if (key === "ArrowLeft") move(STEP, 0);
    if (key === "ArrowRight") move(-STEP, 0);
    if (key === "ArrowUp") move(0, STEP);
    if (key === "ArrowDown") move(0, -STEP);
  }

  function done() {
    canvas?.toBlob((blob) => blob !== null && onDone(blob), "image/webp", 0.9);
  }

  return (
    <Dialog open onClose={onCancel} maxWidth="xs">
      <DialogTitle>Choose what is shown</DialogTitle>
      <DialogContent>
        <Box
          component="canvas"
          ref={setCanvas}
          width={SIDE}
          height={SIDE}
          tabIndex={0}
          role="img"
          aria-label="Your picture. Move it with the arrow keys."
          onPointerDown={(event: PointerEvent) =>
            event.currentTarget.setPointerCapture(event.pointerId)
          }
          onPointerMove={onPointerMove}
          onKeyDown={onKeyDown}
          sx={{
            display: "block",
            width: "100%",
            maxWidth: 320,
            mx: "auto",
            borderRadius: "50%",
            cursor: "grab",
            touchAction: "none",
            bgcolor: "action.hover",
          }}
        />
        <Typography id="zoom" variant="body2" sx={{ mt: 2, color: "text.secondary" }}>
          Drag to move, slide to zoom
        </Typography>
        <Slider
          aria-labelledby="zoom"
          min={1}
          max={4}
          step={0.05}
          value={crop.zoom}
          onChange={(_, zoom) => setCrop((now) => ({ ...now, zoom: zoom as number }))}
        />
      </DialogContent>
      <DialogActions>
        <Button color="inherit" onClick={onCancel}>
          Cancel
        </Button>
        <Button variant="contained" onClick={done} data-testid="crop-done">
          Use this picture
        </Button>
      </DialogActions>
    </Dialog>
  );
}
