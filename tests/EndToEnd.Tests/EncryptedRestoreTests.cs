using System.Text;
using ChatOps.Bot.Chat;
using ChatOps.EndToEnd.Tests.Support;
using ChatOps.Resources;
using ChatOps.Testing;
using ChatOps.Testing.Cluster;

namespace ChatOps.EndToEnd.Tests;

/// <summary>Archives that nothing opens but the identity in a Secret, which a restore's Job alone mounts.</summary>
public sealed class EncryptedRestoreTests
{
    private const string Identity = "ghostwire-identity";
    private const string Back = "Roll back ghostwire to 1.18.0 with data";
    private const string Make = $"kubectl -n signal create secret generic {Identity} --from-file=key.txt";

    public static TheoryData<string> Kinds => ["embedded", "real"];

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_rollback_with_data_opens_what_nobody_else_can(string kind)
    {
        using var key = await AgeKey.MakeAsync();
        await using var demo = await StartAsync(kind, key);
        await GiveAsync(demo, key);
        await demo.TypeAsync("/snapshot ghostwire");
        await demo.DeployAsync("1.19.0", 1);
        await AssertSealedAsync(demo, key, count: 2);
        var cut = await NumberOfAsync(demo, "ghostwire-before-1", key);
        var late = await WriteLateAsync(demo);
        var last = (await NumberAsync(demo.World.Home)).Last;
        await RollBackAsync(demo, 2, CardState.Succeeded, Back);
        Assert.False(File.Exists(late));
        var now = await NumberAsync(demo.World.Home);
        Assert.Empty(now.Problems);
        Assert.True(now.Last >= cut, $"the data of message {cut} was brought back, but the last is {now.Last}");
        var aside = Assert.Single(Directory.GetDirectories(Path.GetDirectoryName(demo.World.Home)!, "*.before-restore-*"));
        Assert.True((await NumberAsync(aside)).Last >= last);
        await AssertMountedByTheJobAloneAsync(demo, "ghostwire-restore-2");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Without_the_right_identity_nothing_is_touched_and_the_card_says_what_to_do(string kind)
    {
        using var key = await AgeKey.MakeAsync();
        using var stranger = await AgeKey.MakeAsync();
        await using var demo = await StartAsync(kind, key);
        await demo.DeployAsync("1.19.0", 1);
        var late = await WriteLateAsync(demo);

        var missing = await UndoneAsync(demo, 2, late);
        Assert.Contains(
            $"Secret {Identity} with the identity is not in namespace signal, or has no key.txt", missing, StringComparison.Ordinal);
        Assert.Contains($"{Make}; then ask again", missing, StringComparison.Ordinal);

        await GiveAsync(demo, stranger);
        var wrong = await UndoneAsync(demo, 3, late);
        Assert.Contains($"key.txt in Secret {Identity} of namespace signal does not open it", wrong, StringComparison.Ordinal);
        Assert.Contains(
            $"kubectl -n signal delete secret {Identity}; with the right one {Make}; then ask again", wrong, StringComparison.Ordinal);

        await demo.Kubectl.OkAsync($"-n signal delete secret {Identity}");
        await GiveAsync(demo, key);
        await RollBackAsync(demo, 4, CardState.Succeeded, Back);
        Assert.False(File.Exists(late));
        Assert.Empty((await NumberAsync(demo.World.Home)).Problems);
    }

    /// <summary>A demo whose sidecar knows the public key, and whose bot the name of the Secret with the other one.</summary>
    private static async Task<RunningDemo> StartAsync(string kind, AgeKey key)
    {
        const string Last = "            - name: SIDECAR_SCRATCH\n              value: /scratch\n";
        var release = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "demo", "World", "ghostwire.yaml"), Ended);
        Assert.Contains(Last, release, StringComparison.Ordinal);
        return await RunningDemo.StartAsync(
            RunningDemo.Small with
            {
                ReadyWithin = TimeSpan.FromSeconds(60),
                Release = release.Replace(
                    Last,
                    $"{Last}            - name: SIDECAR_ENCRYPT_TO\n              value: {key.Recipient}\n",
                    StringComparison.Ordinal),
                IdentitySecret = Identity,
            },
            kind);
    }

    /// <summary>As the card says to.</summary>
    private static Task<string> GiveAsync(RunningDemo demo, AgeKey key) =>
        demo.Kubectl.OkAsync(Make["kubectl ".Length..].Replace("key.txt", key.Path, StringComparison.Ordinal));

    private static async Task<Card> RollBackAsync(RunningDemo demo, int number, CardState state, string title)
    {
        await demo.TypeAsync("/rollback ghostwire data:yes");
        await demo.TypeAsync($"/approve {number}", "approver");
        return (await demo.CardAsync($"of change {number}", c => c.State == state && c.Title == title && IsOf(c, number))).Card;
    }

    /// <summary>A rollback that cannot be: the application runs again, with all its data; what the card says.</summary>
    private static async Task<string> UndoneAsync(RunningDemo demo, int number, string late)
    {
        var last = (await NumberAsync(demo.World.Home)).Last;
        var card = await RollBackAsync(demo, number, CardState.Failed, $"{Back}: undone");
        Assert.Equal(ChangePhase.RolledBack, (await demo.ChangeAsync(number)).Status.Phase);
        Assert.True(File.Exists(late));
        await Eventually.TrueAsync("it writes on where it was", async () =>
            await NumberAsync(demo.World.Home) is { Problems.Count: 0 } now && now.Last > last);
        Assert.Empty(Directory.GetDirectories(Path.GetDirectoryName(demo.World.Home)!, "*restore*"));
        var set = Assert.Single(await demo.ListAsync(ChatOps.Kubernetes.Kinds.StatefulSets, "signal"));
        Assert.Equal((1, "kasmweb/signal:1.19.0"), (set.Status.ReadyReplicas, set.Spec.Template.Spec.Containers[0].Image));
        return PlainText.Render(card);
    }

    private static bool IsOf(Card card, int number) => card.Footer?.StartsWith($"change {number} ", StringComparison.Ordinal) == true;

    private static async Task<string> WriteLateAsync(RunningDemo demo)
    {
        var late = Path.Combine(demo.World.Home, "written-after-the-deploy");
        await File.WriteAllTextAsync(late, "gone after the rollback", Ended);
        return late;
    }

    private static async Task<Testing.Sqlite.CopyVerdict> NumberAsync(string home)
    {
        await using var books = MessageBooks.Of(home, signal: false);
        return await books.CheckAsync(home);
    }

    /// <summary>The last message in a snapshot, opened as a person does who has the identity.</summary>
    private static async Task<long> NumberOfAsync(RunningDemo demo, string snapshot, AgeKey key)
    {
        using var into = new TemporaryDirectory();
        var archive = (await demo.ListAsync(ChatOpsKinds.Snapshots, "signal"))
            .Single(s => s.Metadata.Name == snapshot).Status.Archive!.Name;
        string[] line = ["restore", archive, "--into", into.Path, "--store", demo.World.Archives, "--target", "ghostwire"];
        Assert.Contains("needs a secret key", (await OwnProgram.RunAsync("sidecar.dll", line)).Errors, StringComparison.Ordinal);
        var (code, output, errors) = await OwnProgram.RunAsync("sidecar.dll", [.. line, "--identity", key.Path]);
        Assert.True(code == 0, output + errors);
        return (await NumberAsync(into.Path)).Last;
    }

    /// <summary>Every archive begins as an age file does, and no piece of what age makes of it stands in it.</summary>
    private static async Task AssertSealedAsync(RunningDemo demo, AgeKey key, int count)
    {
        var archives = Directory.GetFiles(demo.World.Archives, "*.tar.zst*", SearchOption.AllDirectories);
        Assert.Equal(count, archives.Length);
        foreach (var archive in archives)
        {
            Assert.EndsWith(".tar.zst.age", archive, StringComparison.Ordinal);
            var (stored, plain) = (await File.ReadAllBytesAsync(archive, Ended), await key.OpenAsync(archive));
            Assert.StartsWith("age-encryption.org/v1\n-> X25519 ", Encoding.ASCII.GetString(stored, 0, 40), StringComparison.Ordinal);
            Assert.Equal([0x28, 0xB5, 0x2F, 0xFD], plain[..4]);
            for (var at = 0; at + 16 <= plain.Length; at += plain.Length / 64)
                Assert.Equal(-1, stored.AsSpan().IndexOf(plain.AsSpan(at, 16)));
        }
    }

    /// <summary>Neither the application nor the sidecar beside it ever had it.</summary>
    private static async Task AssertMountedByTheJobAloneAsync(RunningDemo demo, string job)
    {
        var pods = await demo.ListAsync(ChatOps.Kubernetes.Kinds.Pods, "signal");
        Assert.Contains(pods, p => p.Metadata.Name == "ghostwire-0");
        var mounting = Assert.Single(pods, p => p.Spec.Volumes?.Any(v => v.Secret?.SecretName == Identity) == true);
        Assert.Equal(job, mounting.Metadata.Label("job-name"));
        Assert.Equal([true], mounting.Spec.Containers.Select(c => c.VolumeMounts!.Single(m => m.Name == "identity").ReadOnly));
        foreach (var pod in pods.Where(p => p != mounting))
        {
            Assert.DoesNotContain(
                Identity, await demo.Kubectl.OkAsync($"-n signal get pod {pod.Metadata.Name} -o json"), StringComparison.Ordinal);
        }
    }
}
