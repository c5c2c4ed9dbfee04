/** The bindings of the retention Worker, as a deploy writes them. */
export const BINDINGS = {
  ACCOUNT_ID: "0123456789abcdef0123456789abcdef",
  GATEWAY_ID: "app-test",
  KEEP_DAYS: "30",
  MAX_ENTRIES: "10000",
  MAX_SUBREQUESTS: "50",
  API_TOKEN: "token-of-retention",
  API_URL: "https://api.cloudflare.com/client/v4",
  STACK: "test",
};
