/** Characters. */
const MAX_LENGTH = 2000

/**
 * A plugin's install hint with what could move the cursor or hide text made visible, as client-go does
 * (client_config.go); it comes from the kubeconfig and goes to a terminal.
 */
export function printableHint(hint: string): string {
  return hint
    .slice(0, MAX_LENGTH)
    .replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\t-\r]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0
      return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
    })
}
