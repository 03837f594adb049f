/** A peer's text on one line, without the control characters that would speak to a terminal; at most 4,096 characters. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim()
  return line.length > 4096 ? `${line.slice(0, 4096)}…` : line
}
