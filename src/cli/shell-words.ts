/** The words of a line as a shell would have them, without expansions; the last one is empty after a space. */
export function shellWords(line: string): string[] {
  const words: string[] = []
  let word = ''
  const pattern = /\\([\s\S]?)|'([^']*)'?|"((?:[^"\\]|\\[\s\S])*)"?|(\s+)|([^\s\\'"]+)/g
  for (const [, escaped, single, double, space, plain] of line.matchAll(pattern)) {
    if (space !== undefined) {
      words.push(word)
      word = ''
    } else {
      word += escaped ?? single ?? double?.replace(/\\([\\"$`])/g, '$1') ?? plain ?? ''
    }
  }
  return [...words, word]
}
