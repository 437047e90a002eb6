/** That the connection is lost, since when, and that nothing is lost with it. */
import type { CutOff } from "./useCutOff";

interface CutOffWordsProps {
  readonly cutOff: CutOff;
  /** What goes on meanwhile. */
  readonly children: string;
}

export function CutOffWords({ cutOff: { seconds }, children }: CutOffWordsProps) {
  if (seconds === null) return <>Connecting… {children}</>;
  return (
    <>
      Connection lost
      {/* A live region would otherwise be read out every second. */}
      <span aria-hidden> {ago(seconds)}</span>. {children}
    </>
  );
}

function ago(seconds: number): string {
  return seconds < 60 ? `${seconds} s ago` : `${Math.floor(seconds / 60)} min ago`;
}
