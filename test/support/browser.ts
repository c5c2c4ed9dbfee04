import chromium from "@sparticuz/chromium";
import {
  chromium as playwright,
  type Browser,
  type BrowserContext,
  type Page,
} from "playwright-core";

/**
 * What the package asks for that no test can use. It is made for functions in a cloud: one process, which ends with the
 * first context that is closed, and no web security, which a test of it must not do without.
 */
const UNWANTED = new Set([
  "--single-process",
  "--disable-web-security",
  // Each page would load all of Chromium anew, and draw what nobody sees by way of a graphics card that is not there.
  "--no-zygote",
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
  "--ignore-gpu-blocklist",
]);

/**
 * Starts a real Chromium. Its package ships one for Linux on x64; elsewhere an installed Chrome is
 * used.
 */
export async function launchBrowser(): Promise<Browser> {
  const isShipped = process.platform === "linux" && process.arch === "x64";
  if (!isShipped) return playwright.launch({ channel: "chrome" });
  const args = chromium.args.filter((arg) => !UNWANTED.has(arg));
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    args: [...args, "--disable-gpu"],
  });
}

/** Opens a page that waits as long as a test does: on a busy machine half a minute is not much. */
export async function openPage(place: Browser | BrowserContext): Promise<Page> {
  const page = await place.newPage();
  page.setDefaultTimeout(80_000);
  return page;
}
