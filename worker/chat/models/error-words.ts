/** Tells faults apart by their messages, where providers have no code for them. */

/** Returns whether a message reports a prompt that is too long for its model. */
export function saysTooLong(text: string): boolean {
  return TOO_LONG.some((words) => words.test(text));
}

const TOO_LONG = [
  /\bmax(?:imum)? (?:context|prompt|input|sequence|model) length/i,
  /\b(?:exceed|greater|longer|larger|more)\w*\b.{0,80}\bcontext (?:length|window|size|limit)/i,
  /\bcontext (?:length|window|size|limit)\b.{0,40}\bexceed/i,
  /\b(?:prompt|input) (?:is )?too long/i,
  /\btoken (?:count|limit)\b.{0,60}\b(?:exceed|only supports)|\bexceed\w*\b.{0,60}\btoken limit/i,
  /\breduce the length of (?:the|your) (?:messages|prompt|input)/i,
  /\btoo many (?:input |prompt )?tokens/i,
  // LM Studio, text-generation-inference, DashScope, Z.ai
  /\bcontext\b.{0,20}\boverflow|\bcontext length of only\b/i,
  /\binputs`? (?:tokens \+|must have less than \d+ tokens)/i,
  /\brange of input length\b|\bprompt exceeds max length|\binput length \d* ?exceeds/i,
];

/** Returns whether a message names a field of the request, and not its model. */
export function namesField(text: string): boolean {
  return FIELD.test(text) && !MODEL.test(text);
}

const FIELD =
  /\binvalid (?:input|value|type|request|param|argument|body)|\b(?:must be|required|missing|expected|field|parameter|property|option|schema|unrecognized|unsupported|not supported|not allowed)\b/i;
const MODEL =
  /\bmodel\b.{0,40}\b(?:not found|not exist|unknown|not supported|unavailable|not available)|\b(?:no such|unknown|invalid|unsupported) model\b/i;

/** Returns whether a message wants a key of the account's own, and says nothing of credits. */
export function saysOwnKey(text: string): boolean {
  return /\b(?:byok|keys?)\b/i.test(text) && !/credit/i.test(text);
}

/** Returns whether a message reports that the provider account has no money. */
export function saysNoBalance(text: string): boolean {
  return NO_BALANCE.some((words) => words.test(text));
}

const NO_BALANCE = [
  /\bcredit balance is too low|\binsufficient (?:balance|credits|funds|quota)/i,
  /\bexceeded your current quota|\bcheck your (?:plan and )?billing\b/i,
  /\b(?:any|all available) credits\b|\bspecified (?:api )?usage limits\b/i,
];

/** Returns whether a message reports that the account's free neurons of the day are used up. */
export function saysNoNeurons(text: string): boolean {
  return /\bdaily free allocation\b/i.test(text);
}

/** Returns whether a message refuses the provider key, and not the request. */
export function saysWrongKey(text: string): boolean {
  return WRONG_KEY.test(text);
}

const WRONG_KEY =
  /\bapi key\b.{0,40}\b(?:not valid|invalid|incorrect|missing|expired)|\b(?:invalid|incorrect|missing|no) (?:\w+ )?(?:api key|credentials)\b/i;
