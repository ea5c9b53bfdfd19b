using System.Text.Json;
using ChatOps.Sidecar.Posix;
using ChatOps.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace ChatOps.Sidecar.Tests.Posix;

public sealed class ByteNameTests
{
    [Fact]
    public void Every_name_survives_being_a_string_and_JSON()
    {
        var names = Gen.OneOf(
            ArbMap.Default.GeneratorFor<byte[]>(),
            ArbMap.Default.GeneratorFor<string>().Select(text => System.Text.Encoding.UTF8.GetBytes(text ?? "")),
            Gen.Elements("caf\u00e9"u8.ToArray(), [0xc3], [0xef, 0x9f, 0xa9],
                [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0xe2, 0x82])).ToArbitrary();
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(5000).WithReplay((ulong)Seeds.New(), Seeds.Gamma), Prop.ForAll(names, name =>
        {
            var text = ByteName.Decode(name);
            Assert.Equal(name, ByteName.Encode(text));
            Assert.Equal(text, JsonSerializer.Deserialize<string>(JsonSerializer.SerializeToUtf8Bytes(text)));
        }));
    }

    [Fact]
    public void A_name_in_UTF_8_is_its_text()
    {
        Assert.Equal("grün/日本/😀", ByteName.Decode("grün/日本/😀"u8));
        Assert.Equal("caf\uf7e9", ByteName.Decode([(byte)'c', (byte)'a', (byte)'f', 0xe9]));
    }
}
