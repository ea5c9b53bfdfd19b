namespace ChatOps.Cluster.Tests;

public sealed class EnvironmentTests(SharedClusters clusters)
{
    private const string Variables = """
        [{name: SECRET, valueFrom: {secretKeyRef: {name: s, key: word}}}, {name: MAP, valueFrom: {configMapKeyRef: {name: m, key: word}}},
          {name: NS, valueFrom: {fieldRef: {fieldPath: metadata.namespace}}},
          {name: NODE, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}},
          {name: APP, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}, {name: BOTH, value: $(SECRET)-$(MAP)-$$(MAP)},
          {name: NONE, valueFrom: {secretKeyRef: {name: absent, key: word, optional: true}}}]
        """;

    [Theory, InlineData("embedded"), InlineData("real")]
    public async Task References_become_variables_and_a_container_waits_for_those_that_are_missing(string kind)
    {
        await using var ns = await clusters.NamespaceAsync(kind);
        var file = Path.Combine(Directory.CreateDirectory(ns.Cluster.Kubelet!.ClaimDirectory(ns.Name, "c")).FullName, "out");
        var script = $"echo \"$SECRET $MAP $NS $NODE $APP $BOTH ${{NONE-unset}}\" > {file}; exec sleep 1000";
        await ns.ApplyAsync(Programs.Pod(
            "p", "test/shell",
            $"args: [-c, '{script}']\n    "
                + $"readinessProbe: {{exec: {{command: [test, -s, {file}]}}, periodSeconds: 1}}\n    env: {Variables}")
            .Replace("{name: p }", "{name: p, labels: {app: web}}", StringComparison.Ordinal));
        await ns.WaitingPodAsync("p", "CreateContainerConfigError");
        await ns.ApplyAsync("{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {word: hidden}}");
        await ns.ApplyAsync("{apiVersion: v1, kind: ConfigMap, metadata: {name: m}, data: {word: plain}}");
        await ns.ReadyPodAsync("p");
        var node = (await ns.OkAsync("get pod p -o jsonpath={.spec.nodeName}")).Trim();
        Assert.Equal($"hidden plain {ns.Name} {node} web hidden-plain-$(MAP) unset", (await File.ReadAllTextAsync(file)).Trim());
    }
}
