/** The first argument that is neither a flag nor a flag's value, and the arguments around it. */
export function splitCommand(args: readonly string[]): {
  name: string | null
  rest: readonly string[]
} {
  let position = 0
  while (args[position]?.startsWith('-')) {
    const arg = args[position] ?? ''
    if (arg === '--') return { name: null, rest: args }
    position += takesNext(arg) ? 2 : 1
  }
  const name = args[position] ?? null
  return { name, rest: args.filter((_, index) => index !== position) }
}

/** A flag in front of the command has its value behind it, unless it is one of these; as kubectl sees it. */
function takesNext(arg: string): boolean {
  if (arg.includes('=') || (!arg.startsWith('--') && arg.length > 2)) return false
  return !/^(?:-h|--help|--version|--insecure-skip-tls-verify)$/.test(arg)
}
