/** Writes to stdout; a reader that has gone, such as `| head`, ends the program as a shell has it, and quietly. */
export function print(text: string): void {
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141)
    process.stderr.write(`error: the output could not be written: ${error.message}\n`)
    process.exit(255)
  })
  process.stdout.write(text)
}
