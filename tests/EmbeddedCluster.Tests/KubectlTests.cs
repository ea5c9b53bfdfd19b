using ChatOps.Cluster.Json;
using ChatOps.Testing.Cluster;

namespace ChatOps.Cluster.Tests;

/// <summary>What people type, typed at both clusters with the same expectations.</summary>
public sealed class KubectlTests(SharedClusters clusters)
{
    private const string ConfigMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '1', b: '2'}}";

    private const string Definition = """
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: NAMES.GROUP}
        spec:
          group: GROUP
          scope: Namespaced
          names: {plural: NAMES, singular: NAME, kind: Widget, shortNames: [SHORT]}
          versions:
          - name: v1
            served: true
            storage: true
            subresources: {status: {}}
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Phase, type: string, jsonPath: .status.phase}
            schema:
              openAPIV3Schema:
                type: object
                required: [spec]
                properties:
                  spec:
                    type: object
                    required: [size]
                    properties:
                      size: {type: integer, minimum: 1}
                      color: {type: string, enum: [red, blue], default: red}
                  status:
                    type: object
                    properties: {phase: {type: string}}
        """;

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Get_prints_tables_and_describe_tells_the_events(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.StatefulSet("web", "test/polite:1"));
        await ns.ReadyPodAsync("web-0");
        await ns.UntilAsync("statefulset/web", one => one.Number("status", "readyReplicas") == 1);
        Assert.Matches(@"web-0 +1/1 +Running +0 +\d+s", await ns.OkAsync("get pods"));
        Assert.Matches(@"web +1/1 +\d+s +app +test/polite:1", await ns.OkAsync("get statefulsets -o wide"));
        Assert.Matches(@"test/polite:1", await ns.OkAsync("get pod web-0 -o yaml"));
        Assert.Contains("SuccessfulCreate", await ns.OkAsync("describe statefulset web"), StringComparison.Ordinal);
        await Eventually.TrueAsync("the pod's start is told", async () =>
            (await ns.OkAsync("describe pod web-0")).Contains("Started container app", StringComparison.Ordinal));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Apply_merges_what_changed_and_removes_what_was_dropped(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        Assert.Contains("created", await ns.ApplyAsync(ConfigMap), StringComparison.Ordinal);
        Assert.Contains("unchanged", await ns.ApplyAsync(ConfigMap), StringComparison.Ordinal);
        await ns.OkAsync("patch configmap c --type=merge -p {\"data\":{\"mine\":\"3\"}}");
        Assert.Contains(
            "configured", await ns.ApplyAsync(ConfigMap.Replace(", b: '2'", "", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal("""{"a":"1","mine":"3"}""", (await ns.FindAsync("configmap/c"))!.At("data")!.ToJsonString());
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Server_side_apply_refuses_fields_of_others_unless_forced_and_removes_its_own(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.OkAsync("apply --server-side --field-manager=one -f -", ConfigMap);
        var refused = await ns.RunAsync(
            "apply --server-side --field-manager=two -f -", ConfigMap.Replace("'1'", "'9'", StringComparison.Ordinal));
        Assert.Contains("conflict with \"one\"", refused.Errors, StringComparison.Ordinal);
        Assert.Contains(".data.a", refused.Errors, StringComparison.Ordinal);
        await ns.OkAsync(
            "apply --server-side --field-manager=two --force-conflicts -f -", ConfigMap.Replace("'1'", "'9'", StringComparison.Ordinal));
        await ns.OkAsync(
            "apply --server-side --field-manager=two -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '9'}}");
        Assert.Equal("""{"a":"9","b":"2"}""", (await ns.FindAsync("configmap/c"))!.At("data")!.ToJsonString());
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task All_three_kinds_of_patch_do_what_they_say(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Deployment("web", "test/polite:1", replicas: 0));
        await ns.OkAsync("patch deployment web -p {\"spec\":{\"template\":{\"spec\":{\"containers\":["
            + "{\"name\":\"app\",\"image\":\"test/polite:2\"},{\"name\":\"more\",\"image\":\"test/polite:1\"}]}}}}");
        await ns.OkAsync("patch deployment web --type=json -p [{\"op\":\"test\",\"path\":\"/spec/replicas\",\"value\":0},"
            + "{\"op\":\"add\",\"path\":\"/metadata/labels\",\"value\":{\"x\":\"y\"}}]");
        await ns.OkAsync("patch deployment web --type=merge -p {\"spec\":{\"minReadySeconds\":3}}");
        var found = (await ns.FindAsync("deployment/web"))!;
        var images = found.ItemsAt("spec", "template", "spec", "containers")
            .ToDictionary(one => one.Text("name")!, one => one.Text("image"));
        Assert.Equal("test/polite:2", images["app"]);
        Assert.Equal("test/polite:1", images["more"]);
        Assert.Equal(("y", 3L), (found.Label("x"), found.Number("spec", "minReadySeconds")));
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Labels_and_annotations_select(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(ConfigMap);
        await ns.OkAsync("label configmap c tier=front");
        await ns.OkAsync("annotate configmap c note=hello");
        Assert.Contains("configmap/c", await ns.OkAsync("get configmap -l tier=front -o name"), StringComparison.Ordinal);
        Assert.Contains("configmap/c", await ns.OkAsync("get configmap -l tier!=back,tier -o name"), StringComparison.Ordinal);
        Assert.DoesNotContain("configmap/c", await ns.OkAsync("get configmap --selector=tier=back -o name"), StringComparison.Ordinal);
        Assert.Contains(
            "configmap/c", await ns.OkAsync("get configmap --field-selector=metadata.name=c -o name"), StringComparison.Ordinal);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task A_definition_serves_its_resource_with_columns_short_names_validation_and_defaults(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        var yaml = Definition.Replace("GROUP", $"{ns.Name}.example.org", StringComparison.Ordinal)
            .Replace("NAMES", "widgets", StringComparison.Ordinal)
            .Replace("NAME", "widget", StringComparison.Ordinal).Replace("SHORT", $"w{ns.Name}", StringComparison.Ordinal);
        await ns.OkAsync("create -f -", yaml);
        await ns.OkAsync($"wait crd/widgets.{ns.Name}.example.org --for=condition=Established --timeout=150s");
        string Widget(string spec) => $"{{apiVersion: {ns.Name}.example.org/v1, kind: Widget, metadata: {{name: one}}, spec: {{{spec}}}}}";
        await Eventually.TrueAsync("the resource is served", async () =>
            (await ns.RunAsync("apply -f -", Widget("size: 3"))).ExitCode == 0);
        Assert.Matches(@"NAME +SIZE +PHASE", await ns.OkAsync($"get w{ns.Name}"));
        Assert.Matches(@"one +3", await ns.OkAsync($"get w{ns.Name}"));
        Assert.Equal("red", (await ns.FindAsync("widget/one"))!.Text("spec", "color"));
        var refused = await ns.RunAsync("apply -f -", Widget("size: 0, color: green"));
        Assert.Contains("should be greater than or equal to 1", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Unsupported value: \"green\"", refused.Errors, StringComparison.Ordinal);
        await ns.OkAsync($"delete crd widgets.{ns.Name}.example.org");
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task What_is_wrong_is_refused_in_the_words_of_the_real_server(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        var mismatch = await ns.RunAsync(
            "create -f -", Programs.Deployment("web", "x").Replace("labels: {app: web", "labels: {app: other", StringComparison.Ordinal));
        Assert.Contains("`selector` does not match template `labels`", mismatch.Errors, StringComparison.Ordinal);
        var noImage = await ns.RunAsync("create -f -", Programs.Deployment("web", ""));
        Assert.Contains("spec.template.spec.containers[0].image: Required value", noImage.Errors, StringComparison.Ordinal);
        var name = await ns.RunAsync("create -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: Not_A_Name}}");
        Assert.Contains("RFC 1123 subdomain", name.Errors, StringComparison.Ordinal);
        Assert.Contains("not found", (await ns.RunAsync("get pod nobody")).Errors, StringComparison.Ordinal);
        Assert.Contains("doesn't have a resource type", (await ns.RunAsync("get nonsense")).Errors, StringComparison.Ordinal);
    }

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task Wait_ends_when_the_object_is_deleted(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        await ns.ApplyAsync(Programs.Pod("p", "test/polite:1"));
        await ns.OkAsync("wait pod/p --for=condition=Ready --timeout=150s");
        var waiting = ns.OkAsync("wait pod/p --for=delete --timeout=150s");
        await ns.OkAsync("delete pod p --wait=false");
        await waiting;
        Assert.Null(await ns.FindAsync("pod/p"));
    }

    [Fact]
    public async Task Logs_are_read_whole_by_the_tail_and_followed_to_the_end()
    {
        await using var ns = await clusters.NamespaceAsync("embedded");
        await ns.ApplyAsync(Programs.Pod("p", "test/polite:1"));
        await ns.ReadyPodAsync("p");
        await Eventually.TrueAsync("it wrote", async () => await ns.OkAsync("logs p") == "started test/polite:1\n");
        using var follow = ns.Follow("logs p -f --tail=1");
        await follow.LineAsync(line => line.StartsWith("started", StringComparison.Ordinal));
        await ns.OkAsync("delete pod p --wait=false");
        await follow.LineAsync(line => line == "stopping");
    }

    [Fact]
    public async Task Unknown_fields_are_refused_by_the_strict_validation_that_kubectl_asks_for()
    {
        await using var ns = await clusters.NamespaceAsync("embedded");
        var refused = await ns.RunAsync("create -f -", "{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, dataa: {}}");
        Assert.Contains("strict decoding error: unknown field \"dataa\"", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("partition", await ns.OkAsync("explain statefulset.spec.updateStrategy.rollingUpdate"), StringComparison.Ordinal);
    }
}
