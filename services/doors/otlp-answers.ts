import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import type { Answer } from '#shared/ports/http.ts'
import { signals, type Signal } from './otlp-messages.ts'
import type { Encoding } from './otlp-read.ts'

const contentTypes: Readonly<Record<Encoding, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
}

/** What was refused of a request that was taken; without a message all of it was taken. */
export type Partial = { readonly rejected: number; readonly message: string }

/**
 * The answer to a request that was taken: an export response of its signal, in the encoding of the request. `partialSuccess`
 * stands in it only where there is something to say (OTLP specification, "Partial Success").
 */
export function taken(signal: Signal, encoding: Encoding, partial?: Partial): Answer {
  const json = partial
    ? {
        partialSuccess: {
          // 64-bit integers are text in the JSON mapping of protobuf.
          [signals[signal].rejected]: String(partial.rejected),
          errorMessage: partial.message,
        },
      }
    : {}
  const body = encoding === 'json' ? JSON.stringify(json) : partialBytes(partial)
  return { status: 200, headers: { 'content-type': contentTypes[encoding] }, body }
}

/** All export responses are alike: `partial_success` = 1 { rejected = 1, error_message = 2 }. */
function partialBytes(partial: Partial | undefined): Uint8Array {
  const writer = new BinaryWriter()
  if (!partial) return writer.finish()
  writer.tag(1, WireType.LengthDelimited).fork()
  if (partial.rejected > 0) writer.tag(1, WireType.Varint).int64(partial.rejected)
  writer.tag(2, WireType.LengthDelimited).string(partial.message)
  return writer.join().finish()
}

/** google.rpc.Code of an HTTP status, as far as a door answers them (google/rpc/code.proto). */
const codes: Readonly<Record<number, number>> = {
  400: 3, // INVALID_ARGUMENT
  401: 16, // UNAUTHENTICATED
  403: 7, // PERMISSION_DENIED
  404: 5, // NOT_FOUND
  405: 12, // UNIMPLEMENTED
  408: 4, // DEADLINE_EXCEEDED
  413: 8, // RESOURCE_EXHAUSTED
  415: 3,
  429: 8,
  503: 14, // UNAVAILABLE
}
const unknownCode = 2

/** The answer to a request that was not taken: a google.rpc.Status in the encoding of the request. */
export function refused(
  encoding: Encoding,
  status: number,
  message: string,
  headers: Answer['headers'] = {},
): Answer {
  const code = codes[status] ?? unknownCode
  const body =
    encoding === 'json'
      ? JSON.stringify({ code, message })
      : new BinaryWriter()
          .tag(1, WireType.Varint)
          .int32(code)
          .tag(2, WireType.LengthDelimited)
          .string(message)
          .finish()
  return { status, headers: { 'content-type': contentTypes[encoding], ...headers }, body }
}
