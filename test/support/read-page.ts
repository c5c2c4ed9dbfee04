/** Reads what a page in the browser shows. */
import type { Page } from "playwright-core";

/** Lists the cells of the list of logs, row by row. */
export function rows(page: Page): Promise<string[][]> {
  return page
    .locator("#logs")
    .evaluateAll((tables) =>
      tables.flatMap((table) =>
        [...table.querySelectorAll("tbody tr")].map((row) =>
          [...row.querySelectorAll("th, td")].map((cell) => (cell.textContent ?? "").trim()),
        ),
      ),
    );
}

export function texts(page: Page, selector: string): Promise<string[]> {
  return page.locator(selector).allInnerTexts();
}
