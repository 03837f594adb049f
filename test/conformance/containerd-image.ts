import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

// As Go calls them, in an image's configuration.
const architectures: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' }

/**
 * Makes an image of a static busybox, in the format of `docker save`.
 * @param folder where its parts are put
 * @returns the archive's path
 */
export async function busyboxImage(
  folder: string,
  busybox: string,
  reference: string,
): Promise<string> {
  const image = join(folder, 'image')
  const rootfs = join(folder, 'rootfs')
  const bin = join(rootfs, 'bin')
  await Promise.all([
    mkdir(image),
    mkdir(bin, { recursive: true }),
    mkdir(join(rootfs, 'tmp'), { recursive: true }),
  ])
  await copyFile(busybox, join(bin, 'busybox'))
  await chmod(join(bin, 'busybox'), 0o755)
  const { stdout } = await run(busybox, ['--list'])
  for (const name of stdout.trim().split('\n')) {
    if (name !== 'busybox') await symlink('busybox', join(bin, name))
  }

  const layer = join(image, 'layer.tar')
  await run('tar', ['--owner=0', '--group=0', '-cf', layer, '-C', rootfs, '.'])
  const digest = createHash('sha256')
    .update(await readFile(layer))
    .digest('hex')
  const configuration = {
    architecture: architectures[process.arch] ?? process.arch,
    os: 'linux',
    // What a sandbox, which has no command of its own, does until it is killed.
    config: { Env: ['PATH=/bin'], Cmd: ['sleep', '1000000000'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  }
  const manifest = [{ Config: 'config.json', RepoTags: [reference], Layers: ['layer.tar'] }]
  await writeFile(join(image, 'config.json'), JSON.stringify(configuration))
  await writeFile(join(image, 'manifest.json'), JSON.stringify(manifest))

  const archive = join(folder, 'image.tar')
  await run('tar', ['-cf', archive, '-C', image, 'manifest.json', 'config.json', 'layer.tar'])
  return archive
}
