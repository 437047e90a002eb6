/** Which tiles are on which page, in words. Pure. */
import { onPage, type Pages } from "../layout";
import type { Subject } from "./subjects";

export interface PageOf {
  /** Counts from 0 and is always one there is. */
  readonly page: number;
  readonly pages: number;
  readonly here: readonly Subject[];
  readonly others: readonly Subject[];
}

export function pageOf(all: readonly Subject[], page: number, pages: Pages): PageOf {
  const here = onPage(all, page, pages);
  const shown = new Set(here.map(({ id }) => id));
  return {
    page: Math.min(Math.max(0, page), pages.pages - 1),
    pages: pages.pages,
    here,
    others: all.filter(({ id }) => !shown.has(id)),
  };
}

const NAMED = 3;

/** Who is on the other pages, short enough to be listened to. */
export function elsewhere({ page, pages, others }: PageOf): string {
  const named = others.slice(0, NAMED).map(({ name }) => name);
  const more = others.length - named.length;
  const who = more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
  return `Page ${page + 1} of ${pages}. On other pages: ${who}.`;
}
