import { spawn } from 'node:child_process'

/**
 * Runs a Node script to its end.
 * @param {readonly string[]} command the script and its arguments
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: string }>} output is empty unless it was piped
 */
export function run(command, options) {
  return new Promise((done) => {
    const child = spawn(process.execPath, command, options)
    /** @type {Buffer[]} */
    const chunks = []
    child.stdout?.on('data', (chunk) => chunks.push(chunk))
    child.stderr?.on('data', (chunk) => chunks.push(chunk))
    child.on('error', (error) => done({ code: 1, output: String(error) }))
    child.on('close', (code) => done({ code: code ?? 1, output: Buffer.concat(chunks).toString() }))
  })
}

/**
 * One check: a line with its time, and what it printed when it fails.
 * @param {string} title
 * @param {readonly string[]} command
 * @param {string} cwd
 * @returns {Promise<boolean>} whether it passed
 */
export async function runStep(title, command, cwd) {
  const start = performance.now()
  const { code, output } = await run(command, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${code === 0 ? 'passed' : 'FAILED'}  ${title} (${seconds} s)`)
  if (code !== 0) console.log(output.trimEnd())
  return code === 0
}
