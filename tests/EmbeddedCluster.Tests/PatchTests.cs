using System.Text.Json.Nodes;
using ChatOps.Cluster.Api;
using ChatOps.Cluster.Applying;
using ChatOps.Cluster.Json;
using ChatOps.Cluster.Patching;
using ChatOps.Cluster.Schemas;

namespace ChatOps.Cluster.Tests;

public sealed class PatchTests
{
    private static readonly Schema Pod = ShapeCatalog.Load()["Pod"];
    private static readonly Writer One = new("one", "Apply", "", "v1", "2026-01-01T00:00:00Z");
    private static readonly Writer Two = One with { Manager = "two" };

    /// <summary>The examples of RFC 7386, appendix A.</summary>
    [Theory]
    [InlineData("""{"a":"b"}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"b":"c"}""", """{"a":"b","b":"c"}""")]
    [InlineData("""{"a":"b"}""", """{"a":null}""", "{}")]
    [InlineData("""{"a":["b"]}""", """{"a":"c"}""", """{"a":"c"}""")]
    [InlineData("""{"a":{"b":"c"}}""", """{"a":{"b":"d","c":null}}""", """{"a":{"b":"d"}}""")]
    [InlineData("""{"e":null}""", """{"a":1}""", """{"e":null,"a":1}""")]
    [InlineData("{}", """{"a":{"bb":{"ccc":null}}}""", """{"a":{"bb":{}}}""")]
    public void A_merge_patch_gives_what_the_rfc_says(string target, string patch, string expected) =>
        Assert.Equal(expected, MergePatch.Apply(JsonNode.Parse(target), JsonNode.Parse(patch))!.ToJsonString());

    [Theory]
    [InlineData("""{"a":[1,3]}""", """[{"op":"add","path":"/a/1","value":2}]""", """{"a":[1,2,3]}""")]
    [InlineData("""{"a":[1]}""", """[{"op":"add","path":"/a/-","value":2}]""", """{"a":[1,2]}""")]
    [InlineData("""{"a/b":1}""", """[{"op":"remove","path":"/a~1b"}]""", "{}")]
    [InlineData("""{"a":1}""", """[{"op":"test","path":"/a","value":1},{"op":"replace","path":"/a","value":2}]""", """{"a":2}""")]
    [InlineData("""{"a":{"b":1}}""", """[{"op":"move","from":"/a/b","path":"/c"}]""", """{"a":{},"c":1}""")]
    [InlineData("""{"a":1}""", """[{"op":"copy","from":"/a","path":"/b"}]""", """{"a":1,"b":1}""")]
    public void A_json_patch_gives_what_the_rfc_says(string target, string patch, string expected) =>
        Assert.Equal(expected, JsonPatch.Apply(JsonNode.Parse(target)!, JsonNode.Parse(patch))!.ToJsonString());

    [Fact]
    public void A_json_patch_whose_test_fails_changes_nothing()
    {
        var target = JsonNode.Parse("""{"a":1}""")!;
        Assert.Throws<StatusException>(() => JsonPatch.Apply(
            target, JsonNode.Parse("""[{"op":"remove","path":"/a"},{"op":"test","path":"/a","value":2}]""")));
        Assert.Equal("""{"a":1}""", target.ToJsonString());
    }

    [Theory]
    [InlineData("""[{"name":"a","image":"1"},{"name":"b"}]""", """{"containers":[{"name":"a","image":"2"}]}""",
        """[{"name":"a","image":"2"},{"name":"b"}]""")]
    [InlineData("""[{"name":"a"},{"name":"b"}]""", """{"containers":[{"name":"a","$patch":"delete"}]}""", """[{"name":"b"}]""")]
    [InlineData("""[{"name":"a"}]""", """{"containers":[{"$patch":"replace"},{"name":"c"}]}""", """[{"name":"c"}]""")]
    [InlineData("""[{"name":"a"},{"name":"b"}]""",
        """{"$setElementOrder/containers":[{"name":"b"},{"name":"a"}],"containers":[{"name":"b","image":"x"}]}""",
        """[{"name":"b","image":"x"},{"name":"a"}]""")]
    [InlineData("""[{"name":"a","env":[{"name":"X","value":"1"}]}]""", """{"containers":[{"name":"a","env":[{"name":"Y","value":"2"}]}]}""",
        """[{"name":"a","env":[{"name":"X","value":"1"},{"name":"Y","value":"2"}]}]""")]
    public void A_strategic_patch_merges_containers_by_name(string containers, string patch, string expected)
    {
        var target = new JsonObject { ["spec"] = new JsonObject { ["containers"] = JsonNode.Parse(containers) } };
        var patched = StrategicMergePatch.Apply(target, new JsonObject { ["spec"] = JsonNode.Parse(patch) }, Pod);
        Assert.Equal(expected, patched.At("spec", "containers")!.ToJsonString());
    }

    [Fact]
    public void A_strategic_patch_of_volumes_retains_only_the_keys_it_names()
    {
        var target = (JsonObject)JsonNode.Parse("""{"spec":{"volumes":[{"name":"v","emptyDir":{}}]}}""")!;
        var patch = (JsonObject)JsonNode.Parse(
            """{"spec":{"volumes":[{"$retainKeys":["name","hostPath"],"name":"v","hostPath":{"path":"/x"}}]}}""")!;
        Assert.Equal("""[{"name":"v","hostPath":{"path":"/x"}}]""",
            StrategicMergePatch.Apply(target, patch, Pod).At("spec", "volumes")!.ToJsonString());
    }

    [Fact]
    public void A_strategic_replace_of_a_template_leaves_nothing_of_the_old_one()
    {
        var target = (JsonObject)JsonNode.Parse("""{"spec":{"nodeName":"n","containers":[{"name":"a"}]}}""")!;
        var patch = (JsonObject)JsonNode.Parse("""{"spec":{"$patch":"replace","containers":[{"name":"b"}]}}""")!;
        Assert.Equal("""{"containers":[{"name":"b"}]}""", StrategicMergePatch.Apply(target, patch, Pod).At("spec")!.ToJsonString());
    }

    [Fact]
    public void Two_appliers_each_own_their_container_and_removal_takes_only_ones_own()
    {
        var live = Apply([], Config("a", "1"), One);
        live = Apply(live, Config("b", "1"), Two);
        Assert.Equal(["a", "b"], live.ItemsAt("spec", "containers").Select(one => one.Text("name")));
        live = Apply(live, Config("c", "1"), Two);
        Assert.Equal(["a", "c"], live.ItemsAt("spec", "containers").Select(one => one.Text("name")));
    }

    [Fact]
    public void A_field_of_another_manager_is_a_conflict_that_names_the_manager_and_the_field()
    {
        var live = Apply([], Config("a", "1"), One);
        var refusal = Assert.Throws<StatusException>(() => Apply(live, Config("a", "2"), Two));
        Assert.Equal((409, "Conflict"), (refusal.Code, refusal.Reason));
        Assert.Equal("Apply failed with 1 conflict: conflict with \"one\": .spec.containers[name=\"a\"].image", refusal.Message);
    }

    [Fact]
    public void Equal_values_are_owned_together_and_stay_until_the_last_owner_drops_them()
    {
        var live = Apply(Apply([], Config("a", "1"), One), Config("a", "1"), Two);
        live = Apply(live, [], One);
        Assert.Equal("1", live.ItemsAt("spec", "containers").Single().Text("image"));
        live = Apply(live, [], Two);
        Assert.Empty(live.ItemsAt("spec", "containers"));
    }

    [Fact]
    public void Managed_fields_survive_being_written_and_read()
    {
        var live = Apply([], Config("a", "1"), One);
        Assert.Equal("""{"f:spec":{"f:containers":{"k:{\u0022name\u0022:\u0022a\u0022}":{".":{},"f:image":{},"f:name":{}}}}}""",
            live.ItemsAt("metadata", "managedFields").Single().At("fieldsV1")!.ToJsonString());
        Assert.Equal(3, ManagedFields.Read(live).Single().Fields.Paths.Count);
    }

    private static JsonObject Apply(JsonObject live, JsonObject configuration, Writer writer) =>
        ServerSideApply.Merge(live, configuration, Pod, writer, force: false);

    private static JsonObject Config(string container, string image) => new()
    {
        ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = container, ["image"] = image }) },
    };
}
