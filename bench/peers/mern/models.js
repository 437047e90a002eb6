// What the server keeps, as Mongoose sees it.
import mongoose from "mongoose";

const { ObjectId } = mongoose.Schema.Types;

const userSchema = new mongoose.Schema(
  {
    username: { type: String, required: true, unique: true },
    email: { type: String, required: true, unique: true },
    password: { type: String, required: true },
  },
  { timestamps: true },
);

const roomSchema = new mongoose.Schema(
  {
    roomName: { type: String, required: true },
    hostId: { type: ObjectId, ref: "User", required: true },
    participants: [{ type: ObjectId, ref: "User" }],
    status: { type: String, default: "active" },
  },
  { timestamps: true },
);

const messageSchema = new mongoose.Schema(
  {
    roomId: { type: ObjectId, ref: "Room", required: true },
    senderId: { type: ObjectId, ref: "User", required: true },
    message: { type: String, required: true, maxlength: 4000 },
    messageType: { type: String, default: "text" },
  },
  // As durable as what it is compared with: on disk before it is acknowledged.
  {
    timestamps: { createdAt: true, updatedAt: false },
    versionKey: false,
    writeConcern: { w: "majority", j: true },
  },
);
messageSchema.index({ roomId: 1, createdAt: -1 });

export const User = mongoose.model("User", userSchema);
export const Room = mongoose.model("Room", roomSchema);
export const Message = mongoose.model("Message", messageSchema);
