/** `URL.canParse` in Node 20 refuses what is not ASCII once V8 has optimized its caller; this does not. */
export function isUrl(text: string): boolean {
  try {
    new URL(text)
    return true
  } catch {
    return false
  }
}
