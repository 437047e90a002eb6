import { useNavigate } from "react-router";
import { inWords } from "../../api/problem";
import { useToast } from "../../app/ToastContext";
import { useAuth } from "./AuthContext";

/** Leaves for the start page first, so that no page asks the person to sign in again. */
export function useSignOut(): () => Promise<void> {
  const { signOut } = useAuth();
  const navigate = useNavigate();
  const toast = useToast();
  return async () => {
    await navigate("/", { flushSync: true });
    try {
      await signOut();
    } catch (refused) {
      toast(`You are logged out here. ${inWords(refused)}`, "info");
    }
  };
}
