using System.Text;
using ChatOps.Sidecar.Archives.Age;

namespace ChatOps.Sidecar.Tests.Archives.Age;

public sealed class AgeHeaderTests
{
    private const string Stanza = "-> X25519 volBMe3RNV8YAZNlkfpq3kELJrNdQVQXkL3h39PqMSg\nD8Iun4cQpjLTHS1AavP0bRm1zRQf8pWrXUFmpRZ269Y\n";
    private const string Version = "age-encryption.org/v1\n";
    private static readonly string Mac = $"--- {new string('A', 43)}\n";
    private static readonly string Full = new('A', 64);

    [Fact]
    public void However_the_bytes_come_the_header_ends_where_it_ends()
    {
        var text = Version + Stanza + Stanza + Mac;
        for (var cut = 0; cut <= text.Length; cut++)
        {
            var header = new AgeHeader();
            header.Take(Encoding.ASCII.GetBytes(text[..cut]));
            header.Take(Encoding.ASCII.GetBytes(text[cut..] + "\0payload"));
            Assert.Equal(text.Length, header.RequireWhole());
        }
    }

    [Fact]
    public void A_body_may_have_several_lines_and_ends_with_a_short_one()
    {
        var header = new AgeHeader();
        header.Take(Encoding.ASCII.GetBytes($"{Version}-> ssh-rsa abc\n{Full}\n{Full}\n\n{Mac}"));
        Assert.NotNull(header.Length);
    }

    public static TheoryData<string> Wrong => [
        "x", "\u0028\u00b5/\u00fd", "age-encryption.org/v2\n", "age-encryption.org/v1 \n", Version + Mac, Version + "\n",
        Version + "-> \n", Version + Stanza + "--- short\n", Version + "-> X25519 a\n" + Full + "A\n",
        Version + "-> X25519 a\nnot base64!\n", Version + Stanza + "x", Version + "-> " + new string('a', 5000)];

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_cannot_be_a_header_is_refused(string text) => Assert.ThrowsAny<InvalidDataException>(() =>
    {
        var header = new AgeHeader();
        header.Take(Encoding.Latin1.GetBytes(text));
        header.RequireWhole();
    });

    [Theory]
    [InlineData(0, 100 + 16 + 16)]
    [InlineData(1, 100 + 16 + 1 + 16)]
    [InlineData(65536, 100 + 16 + 65536 + 16)]
    [InlineData(65537, 100 + 16 + 65537 + 32)]
    public void The_length_of_a_file_follows_from_what_is_in_it(long plain, long length) =>
        Assert.Equal(length, AgeHeader.FileLength(100, plain));

    [Fact]
    public void What_age_says_is_one_short_clean_line_without_a_secret()
    {
        Assert.Equal("no identity matched", SpokenErrors.Clean(
            "age: error: no identity matched\nage: report unexpected or unhelpful errors at x"));
        Assert.Equal("a *** b [31m; c", SpokenErrors.Clean("a AGE-SECRET-KEY-1QQQ b \u001b[31m\nc"));
        Assert.Equal(301, SpokenErrors.Clean(new string('x', 5000)).Length);
    }
}
