import chromium from "@sparticuz/chromium";
import { chromium as playwright, type Browser } from "playwright-core";

/**
 * Starts a real Chromium. Its package ships one for Linux on x64; elsewhere an installed Chrome is
 * used.
 */
export async function launchBrowser(): Promise<Browser> {
  const isShipped = process.platform === "linux" && process.arch === "x64";
  if (!isShipped) return playwright.launch({ channel: "chrome" });
  // The package is made for functions in a cloud: one process, which ends with the first context
  // that is closed, and no web security, which a test of it must not do without.
  const unwanted = new Set(["--single-process", "--disable-web-security"]);
  const args = chromium.args.filter((arg) => !unwanted.has(arg));
  return playwright.launch({ executablePath: await chromium.executablePath(), args });
}
