/**
 * What is sent at a time, bytes. All that goes to one partition is one batch of records, and `max.message.bytes` bounds the batch, not
 * the message: this is half of what our topics take (services/hops/topics.ts), so that the rest of a request never matters.
 */
export const portionMax = 4 << 20

/** More than a record takes beside its value: lengths, time and offset (Kafka protocol, "Record Batch"), with a batch of its own. */
const besideValue = 128

/** Cuts messages into what is sent at a time, in their order; one that is larger goes by itself. */
export function portionsOf<T extends { readonly value: Uint8Array }>(
  messages: readonly T[],
): T[][] {
  const portions: T[][] = []
  let bytes = Infinity
  for (const message of messages) {
    const its = message.value.length + besideValue
    bytes += its
    if (bytes <= portionMax) portions.at(-1)?.push(message)
    else {
      portions.push([message])
      bytes = its
    }
  }
  return portions
}
