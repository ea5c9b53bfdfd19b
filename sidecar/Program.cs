using System.Runtime.InteropServices;
using ChatOps.Sidecar.Commands;

using var interrupted = new CancellationTokenSource();

void Interrupt(PosixSignalContext context)
{
    context.Cancel = true;
    interrupted.Cancel();
}

using var keyboard = PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt);
using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt);

var line = new CommandLine(Console.Out, Console.Error, terminal: !Console.IsErrorRedirected, TimeProvider.System);
return await line.RunAsync(args, interrupted.Token);
