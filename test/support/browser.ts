import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser } from "playwright-core";

/** A real Chromium. Its package ships one for Linux on x64; elsewhere an installed Chrome takes its place. */
export async function launchBrowser(): Promise<Browser> {
  const isShipped = process.platform === "linux" && process.arch === "x64";
  if (!isShipped) return playwright.launch({ channel: "chrome" });
  // The package's flags switch web security off, which a test of it must not.
  const args = chromium.args.filter((arg) => arg !== "--disable-web-security");
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}
