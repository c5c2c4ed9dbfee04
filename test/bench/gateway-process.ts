/** The local gateway before a provider, as `npm start -- --upstream URL` has it, with its logs in a folder. */
import { connectUpstream } from "../../local/gateway/upstream.ts";
import { startAccount } from "../support/account.ts";

const [, , upstream, folder] = process.argv;
if (upstream === undefined || folder === undefined) throw new Error("give upstream and folder");
const model = await connectUpstream(new URL(upstream));
const { url, key } = await startAccount({
  folder,
  model,
  gateways: [{ logManagement: 10_000_000 }],
});
process.send?.({ url: url.href, key });
process.once("disconnect", () => process.exit());
