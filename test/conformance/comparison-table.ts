import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { shellWords } from '../../src/cli/shell-words.ts'
import type { CommandLineCase } from './command-lines.ts'

export interface Program {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs one line; what differs from run to run, and the program's own name, are made equal. */
export async function runLine(
  { argv: [file = '', ...first], env }: Program,
  { line, stdin = '', anyOrder }: CommandLineCase,
): Promise<Ended> {
  const child = spawn(file, [...first, ...shellWords(line)], { env, stdio: 'pipe' })
  child.stdin.on('error', () => {})
  child.stdin.end(stdin)
  const [stdout, stderr, [exitCode]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number]>,
  ])
  const sorted = (output: string) =>
    anyOrder
      ? output
          .split(/(?<=\n)/)
          .sort()
          .join('')
      : output
  return { exitCode, stdout: sorted(stable(stdout)), stderr: stable(stderr) }
}

function stable(output: string): string {
  return (
    output
      .replace(/\b(?:kubectl|podwire)\b/g, 'PROGRAM')
      .replace(/\b[0-9a-f]{64}\b/g, 'ID')
      .replace(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, 'UID')
      .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, 'TIME')
      .replace(/^[EIW]\d{4} .*\n/gm, '(a line of the log)\n')
      .replace(/\/\S*\/compare-\w+/g, 'HOME')
      // The age of a pod.
      .replace(/\b\d+s$/gm, 'AGE')
      .replace(/ +$/gm, '')
  )
}

/** The page, a section per command. */
export function comparisonTable(
  rows: readonly {
    readonly line: CommandLineCase
    readonly kubectl: Ended
    readonly podwire: Ended
  }[],
): string {
  const same = rows.filter(({ line }) => line.why === undefined)
  const different = rows.filter(({ line }) => line.why !== undefined)
  return `# kubectl and podwire, line by line

Written by \`npm run compare\`, which runs both on the test server, and compared on every test run. \`1>\` is standard
output, \`2>\` is standard error; names of the two programs, times and ids are the same to it.

## ${same.length} lines with the same output and exit code

| command line | exit code and output |
| --- | --- |
${same.map(({ line, podwire }) => `| ${cell([typed(line)])} | ${cell(lines(podwire))} |`).join('\n')}

## ${different.length} lines with another output

| command line | kubectl | podwire | why |
| --- | --- | --- | --- |
${different.map(({ line, kubectl, podwire }) => `| ${cell([typed(line)])} | ${cell(lines(kubectl))} | ${cell(lines(podwire))} | ${line.why} |`).join('\n')}
`
}

function typed({ line, stdin }: CommandLineCase): string {
  return stdin === undefined ? line : `${line} <<< ${stdin.trim()}`
}

function lines({ exitCode, stdout, stderr }: Ended): string[] {
  return [`exit code ${exitCode}`, ...marked('1>', stdout), ...marked('2>', stderr)]
}

/** The first lines; a pod as JSON is long. */
function marked(mark: string, output: string): string[] {
  const all = output.split('\n').slice(0, -1)
  const shown = all.slice(0, 8).map((line) => `${mark} ${line}`)
  return all.length > shown.length ? [...shown, `${mark} … (${all.length} lines)`] : shown
}

function cell(content: readonly string[]): string {
  return content
    .map((line) => `\`${line.replaceAll('|', '\\|').replaceAll('`', "'")}\``)
    .join('<br>')
}
