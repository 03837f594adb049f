/** The code of every TypeScript block, with the line it begins at. */
export function typescriptBlocks(markdown: string): { line: number; code: string }[] {
  return [...markdown.matchAll(/^```(?:ts|typescript)\b.*\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: markdown.slice(0, match.index).split('\n').length + 1,
    code: match[1] ?? '',
  }))
}
