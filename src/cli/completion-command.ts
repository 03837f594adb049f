import { defineCommand } from './command.ts'
import { completionScripts } from './completion-scripts.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

const shells = ['bash', 'zsh', 'fish']

export const completionCommand = defineCommand({
  usage: 'completion (bash | zsh | fish)',
  about: `Prints what makes a shell complete commands, flags, pods, containers, contexts and namespaces.

  bash  echo 'source <(podwire completion bash)' >> ~/.bashrc
  zsh   echo 'source <(podwire completion zsh)' >> ~/.zshrc (behind compinit)
  fish  podwire completion fish > ~/.config/fish/completions/podwire.fish`,
  flags: {},
  operands: [shells],
  async run({ operands: [shell = '', ...others] }) {
    const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
    if (script === undefined || others.length > 0) {
      throw new UsageError(`completion takes one of ${shells.join(', ')}`)
    }
    print(script)
    return 0
  },
})
