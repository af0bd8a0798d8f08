/** The value, or undefined if the text is no JSON document. JSON has no undefined. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
