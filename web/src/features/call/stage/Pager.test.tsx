import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { Pager } from "./Pager";
import type { PageOf } from "./pages";

const turn = vi.fn();
const named = (name: string) => ({
  id: name,
  peerId: name,
  kind: "camera" as const,
  isOwn: false,
  name,
});
const show = (place: Partial<PageOf>, speaking: string[] = []) =>
  render(
    <Pager
      place={{ page: 0, pages: 3, here: [], others: [named("Ada"), named("Bob")], ...place }}
      speaking={speaking}
      onTurn={turn}
    />,
  );

it("is not there for one page", () => {
  show({ pages: 1 });

  expect(screen.queryByRole("button")).not.toBeInTheDocument();
});

it("turns, and stops at either end", async () => {
  const { unmount } = show({ page: 0 });
  expect(screen.getByRole("button", { name: "Previous page" })).toBeDisabled();
  await userEvent.click(screen.getByRole("button", { name: "Next page" }));
  expect(turn).toHaveBeenLastCalledWith(1);
  unmount();

  show({ page: 2 });
  expect(screen.getByRole("button", { name: "Next page" })).toBeDisabled();
});

it("says where one is, who is elsewhere, and who of them speaks", () => {
  show({ page: 1 }, ["Bob"]);

  expect(screen.getByTestId("page-indicator")).toHaveTextContent("2 of 3 · Bob speaks");
  expect(screen.getByRole("status")).toHaveTextContent("Page 2 of 3. On other pages: Ada, Bob.");
});
