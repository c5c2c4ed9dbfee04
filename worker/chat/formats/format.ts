/** What the Worker needs of a format: one side for callers, one for models. */
import type { Refusal } from "../refusal.ts";
import type { Env, Model } from "../env.ts";
import type { Answer, Conversation, Part, Usage } from "./conversation.ts";

/** A request of a caller, checked. */
export interface ChatRequest {
  /** The model, as the caller named it. */
  readonly model: string;
  readonly isStreamed: boolean;
  readonly conversation: Conversation;
  /**
   * The request in its own format, with nothing but known fields: what a model of that format gets.
   * Its model and its stream are set where it is sent.
   */
  readonly fields: object;
  /** The top-level fields that are not known, and reach no model. */
  readonly ignored: readonly string[];
  /** Whether a stream reports usage, where the format lets a caller choose. */
  readonly includeUsage?: boolean;
}

/** The fields that name an answer. */
export interface AnswerHead {
  /** The request's event id, from which the answer's ids are derived. */
  readonly eventId: string;
  /** The id of the answer's log; absent where none was kept. */
  readonly logId?: string | undefined;
  /** The model that answers. */
  readonly model: string;
  /** Seconds since 1970. */
  readonly created: number;
  readonly request: ChatRequest;
  /** The ids that find the request in logs and traces, for an error within a stream. */
  readonly ids: object;
}

/** One server-sent event. */
export interface StreamEvent {
  readonly event?: string | undefined;
  readonly data: string;
}

/** Writes one streamed answer; every method returns the text of whole events, which may be empty. */
export interface StreamWriter {
  /** The events before the first part; called once. */
  begin(): string;
  write(part: Part): string;
  /** The events after the last part. */
  end(): string;
  /** An error in place of the rest: no client may take what came for a whole answer. */
  fail(refusal: Refusal): string;
}

/** The side of a format that callers see. */
export interface CallerFormat {
  /**
   * The format of models that get a request's own fields, and whose answers pass as they are;
   * absent where no model speaks it.
   */
  readonly name?: Model["speaks"];
  /** Reads a request's body. Throws a RefusalError that names what cannot be served. */
  readRequest(body: string, env: Pick<Env, "ALLOW">): ChatRequest;
  writeAnswer(answer: Answer, head: AnswerHead): object;
  openStream(head: AnswerHead): StreamWriter;
}

/** Reads one streamed answer. */
export interface StreamReader {
  /**
   * Reads one event. Throws an AnswerError for an error of the model's, or another error for what
   * nobody can read.
   */
  read(event: StreamEvent): readonly Part[];
  /** Whether nothing more can follow, though the connection may stay open. */
  readonly isOver: boolean;
  /** Whether the answer is whole; token counts may still follow. */
  readonly isWhole: boolean;
  /** The parts that are known only where the stream is over. Throws where the answer is not. */
  end(): readonly Part[];
}

/** The side of a format that models see. */
export interface ModelFormat {
  /**
   * Makes a model's inputs. Throws a RefusalError where the format cannot hold the conversation.
   */
  writeRequest(conversation: Conversation, model: Model, isStreamed: boolean): object;
  /**
   * Makes a model's inputs from a request in the same format. `isRequested` is whether it is the
   * model that the caller named: what proves reasoning goes to no other.
   */
  forwardRequest(request: ChatRequest, model: Model, isRequested: boolean): object;
  /** Reads a whole answer; undefined where the body has another format. Throws an AnswerError. */
  readAnswer(body: unknown, model: Model): Answer | undefined;
  openStream(model: Model): StreamReader;
  /** The callers' format whose own fields `forwardRequest` takes. */
  readonly takes: Model["speaks"];
  /** How an answer passes, as it came, to a caller of that format; absent where it is translated. */
  readonly passing?: Passing;
  /** Whether the format has custom tools; else they are sent as functions of one text. */
  readonly hasCustomTools: boolean;
}

/** Passes answers as they came, and mends what clients of their protocol do not take. */
export interface Passing {
  mendAnswer(body: object): object;
  openStream(): StreamMender;
}

/** Passes one streamed answer. */
export interface StreamMender {
  pass(event: StreamEvent): readonly StreamEvent[];
  /** The events that are missing at the end of a whole answer. */
  end(): readonly StreamEvent[];
}

/** The way of an answer from a model to a caller. */
export interface AnswerWay {
  readonly caller: CallerFormat;
  readonly format: ModelFormat;
  readonly model: Model;
  readonly head: AnswerHead;
  /** Takes the tokens that the model reports; absent where nobody wants them. */
  readonly onUsage?: (usage: Usage) => void;
}

/** An error of the model's, where an answer, or a part of it, was due. */
export class AnswerError extends Error {
  readonly body: unknown;

  constructor(body: unknown) {
    super("the model answered with an error");
    this.body = body;
  }
}
