using ChatOps.Testing;

namespace ChatOps.Sidecar.Tests.Runs;

/// <summary>
/// Every system call the program makes on the home, the store, scratch and the place of a restore fails in turn, in the real process.
/// Whatever fails: old data is whole, nothing half-made has a final name, the end is a documented one in words, and the next run succeeds.
/// </summary>
[Trait("prove", "friday")]
public sealed class SystemCallTests
{
    private static readonly (string Call, string Error)[] Faults =
    [
        ("openat", "EIO"), ("openat", "EACCES"), ("openat", "EINTR"), ("pread64", "EIO"), ("read", "EIO"), ("getdents64", "EIO"),
        ("pwrite64", "ENOSPC"), ("pwrite64", "EIO"), ("pwrite64", "EINTR"), ("write", "ENOSPC"), ("fsync", "EIO"), ("fsync", "EINTR"),
        ("fsync", "EINVAL"), ("syncfs", "EIO"), ("syncfs", "ENOSYS"), ("sync_file_range", "EIO"), ("rename", "EIO"), ("rename", "ENOSPC"),
        ("renameat", "EIO"), ("renameat2", "EIO"), ("renameat2", "ENOSPC"), ("linkat", "ENOSPC"), ("linkat", "EPERM"),
        ("symlinkat", "ENOSPC"), ("mkdir", "ENOSPC"), ("mkdirat", "ENOSPC"), ("unlink", "EIO"), ("unlinkat", "EIO"), ("rmdir", "EIO"),
        ("fchmodat", "EIO"), ("fchmodat", "EPERM"), ("fchownat", "EIO"), ("fchownat", "EPERM"), ("utimensat", "EIO"),
        ("utimensat", "EPERM"), ("statx", "EIO"), ("statx", "EACCES"), ("stat", "EIO"), ("lstat", "EIO"), ("newfstatat", "EIO"),
        ("readlinkat", "EIO"), ("fcntl", "ENOLCK"), ("fcntl", "EINTR"), ("ftruncate", "EIO"), ("flistxattr", "EIO"), ("fgetxattr", "EIO"),
        ("fsetxattr", "ENOSPC"), ("statfs", "EIO"), ("flock", "EIO"),
    ];

    [Fact]
    public async Task A_snapshot_is_whole_or_not_there_whatever_call_fails()
    {
        using var first = new FragileHome();
        await FailEachAsync(first, each: Proof.Size(1, 3), atLeast: Proof.Size(15, 40), ["snapshot"], async fault =>
        {
            using var fragile = new FragileHome();
            if (await Strace.InjectAsync(fragile.Home, fault, "snapshot") is not { } end)
                return false;
            fragile.AssertEnd(end);
            var taken = await fragile.SnapshotsAsync();
            Assert.Equal((end.Code, end.Code is 0 or 3 ? 1 : 0), (end.Code, taken.Count));
            Assert.True(end.Code != 0 || await fragile.HoldsAllAsync(taken[0]), $"not whole, but {end}");
            await fragile.SnapshotAgainAsync();
            return true;
        });
    }

    [Fact]
    public async Task A_restore_puts_everything_in_place_or_leaves_what_was_there_whatever_call_fails()
    {
        using var first = new FragileHome();
        var line = await first.RestoreLineAsync();
        await FailEachAsync(first, each: Proof.Size(1, 3), atLeast: Proof.Size(15, 40), line, async fault =>
        {
            using var fragile = new FragileHome();
            var same = await fragile.RestoreLineAsync();
            if (await Strace.InjectAsync(fragile.Home, fault, same) is not { } end)
                return false;
            fragile.AssertEnd(end);
            fragile.AssertOldIsKept(restored: end.Code is 0 or 3);
            await fragile.Home.RestoreAsync(same[1], fragile.Into);
            fragile.AssertOldIsKept(restored: true);
            fragile.AssertNothingHalfMade();
            return true;
        });
    }

    [Fact]
    public async Task A_verify_fails_in_words_or_is_right_whatever_call_fails()
    {
        using var fragile = new FragileHome();
        var name = (await fragile.RestoreLineAsync())[1];
        await FailEachAsync(fragile, each: Proof.Size(2, 4), atLeast: Proof.Size(4, 8), ["verify", name], async fault =>
        {
            if (await Strace.InjectAsync(fragile.Home, fault, "verify", name) is not { } end)
                return false;
            fragile.AssertEnd(end);
            Assert.Equal(name, Assert.Single(await fragile.SnapshotsAsync()).Name);
            return true;
        });
    }

    /// <param name="tryAsync">False where the fault hit nothing of ours.</param>
    private static async Task FailEachAsync(
        FragileHome first, int each, int atLeast, string[] arguments, Func<Injection, Task<bool>> tryAsync)
    {
        Strace.Needs();
        var plan = await Strace.PlanAsync(first.Home, Faults, each, arguments);
        List<string> wrong = [];
        var hits = 0;
        foreach (var fault in plan)
        {
            try
            {
                // Where threads take turns a call may be another's this time.
                for (var attempt = 0; attempt < 2; attempt++)
                {
                    if (!await tryAsync(fault))
                        continue;
                    hits++;
                    break;
                }
            }
            catch (Exception failure)
            {
                wrong.Add($"{fault.Rule}: {failure.Message}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
        TestContext.Current.SendDiagnosticMessage($"{hits} of {plan.Count} faults hit");
        Assert.True(hits >= atLeast && hits * 3 > plan.Count, $"{hits} of {plan.Count} faults hit");
    }
}
