using System.Text.Json;
using System.Text.RegularExpressions;
using ChatOps.Testing.Metrics;
using YamlDotNet.RepresentationModel;

namespace ChatOps.Shared.Tests.Metrics;

/// <summary>
/// The dashboard and the alerts ask only for what is served: the tables they are held against are themselves held against the pages of the
/// bot and the sidecar, by the tests of both.
/// </summary>
public sealed partial class ObservabilityTests
{
    [Fact]
    public void Every_panel_of_the_dashboard_asks_for_metrics_there_are()
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Path.Combine(MetricsTable.Folder, "dashboard.json")));
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();
        Assert.Equal(panels.Count, panels.Select(p => p.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(panels, panel =>
        {
            var asked = panel.GetProperty("targets").EnumerateArray().Select(t => t.GetProperty("expr").GetString()!).ToList();
            Assert.NotEmpty(asked);
            Assert.All(asked, CheckNames);
            Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
        });
    }

    [Fact]
    public void Every_alert_asks_for_metrics_there_are_and_says_what_happened_and_what_to_do()
    {
        var alerts = Alerts();
        Assert.Equal(alerts.Count, alerts.Select(a => Text(a, "alert")).Distinct().Count());
        Assert.All(alerts, alert =>
        {
            CheckNames(Text(alert, "expr"));
            Assert.Contains(Text((YamlMappingNode)alert["labels"], "severity"), (string[])["info", "warning", "critical"]);
            var annotations = (YamlMappingNode)alert["annotations"];
            Assert.Matches(@"\.$", Text(annotations, "summary"));
            Assert.True(Text(annotations, "runbook").Length > 80, Text(alert, "alert"));
        });
    }

    [Theory]
    [InlineData("ChatOpsSnapshotTooOld")]
    [InlineData("ChatOpsSnapshotFailed")]
    [InlineData("ChatOpsPinTooLong")]
    [InlineData("ChatOpsApprovalWaiting")]
    [InlineData("ChatOpsBotNotReady")]
    public void What_must_not_go_unnoticed_has_an_alert(string name) => Assert.Contains(Alerts(), a => Text(a, "alert") == name);

    [Theory]
    [InlineData("rate(chatops_invented_total[5m])")]
    [InlineData("chatops_snapshot_held_seconds > 1")]
    [InlineData("chatops_ready_bucket")]
    [InlineData("1 + 1")]
    public void An_expression_without_a_metric_there_is_is_noticed(string expression) =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => CheckNames(expression));

    private static List<YamlMappingNode> Alerts()
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(MetricsTable.Folder, "alerts.yaml"))));
        var groups = (YamlSequenceNode)stream.Documents.Single().RootNode["groups"];
        return [.. groups.SelectMany(g => (YamlSequenceNode)g["rules"]).Cast<YamlMappingNode>()];
    }

    private static void CheckNames(string expression)
    {
        var series = MetricsTable.Read("The bot").Concat(MetricsTable.Read("The sidecar")).SelectMany(Series).ToHashSet();
        var names = MetricNamed().Matches(expression).Select(m => m.Value).ToList();
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, series));
    }

    /// <summary>What can be asked for under a row of the table.</summary>
    private static IEnumerable<string> Series(string row)
    {
        var (name, type) = (row.Split('`')[1], row.Split('|')[2].Trim());
        return type == "histogram" ? [$"{name}_bucket", $"{name}_sum", $"{name}_count"] : [name];
    }

    private static string Text(YamlMappingNode node, string key) => ((YamlScalarNode)node[key]).Value!;

    /// <summary>
    /// A name of ours; labels of ours that begin alike stand in a list of labels or before a comparison, and are left out.
    /// </summary>
    [GeneratedRegex(@"\b(?:chatops|process)_(?!store_(?:kind|operation)\b)\w+")]
    private static partial Regex MetricNamed();
}
