/** One HTTP request. Bodies are small: whoever sends much cuts it into several requests. */
export interface HttpRequest {
  readonly method: "DELETE" | "GET" | "HEAD" | "PATCH" | "POST" | "PUT"
  readonly url: URL
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string }
  readonly body?: Uint8Array<ArrayBuffer>
}

/** The beginning of an answer. Redirects are answers like any other. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: { readonly get: (name: string) => string | null }
  readonly body: ReadableStream<Uint8Array> | null
}

/** Sends a request. Aborting the signal ends it, also while the answer's body is read. */
export type Send = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>

/** How a connection differs from what the runtime does by itself. */
export interface Connection {
  /** Certificates to trust in addition, in PEM. */
  readonly ca: ReadonlyArray<string>
  /** The certificate and the key this side shows, in PEM. */
  readonly client: { readonly cert: string; readonly key: string } | undefined
  /** `false`: anybody's certificate will do. */
  readonly verify: boolean
  /** `undefined` when no proxy is in the way. */
  readonly proxy: string | undefined
  /** The environment names proxies. A runtime that reads it by itself must be told not to. */
  readonly proxiesAbound: boolean
}

/** What `fetch` takes from a request, the same for every runtime. */
export const fetchInit = (request: HttpRequest, signal: AbortSignal) => ({
  method: request.method,
  headers: request.headers,
  redirect: "manual" as const,
  signal,
  ...(request.body === undefined ? {} : { body: request.body })
})
