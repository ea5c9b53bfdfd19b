using ChatOps.Sidecar.Archives;
using ChatOps.Sidecar.Archives.Age;
using ChatOps.Values;

namespace ChatOps.Sidecar.Tests.Archives.Age;

public sealed class AgeRecipientsTests
{
    private const string Good = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    private const string Altered = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8q";
    private const string Ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

    [Fact]
    public void The_flags_replace_the_variable_and_the_comment_of_a_key_is_left_out()
    {
        Assert.Equal([Good, Ssh], AgeRecipients.Parse([Good, $" {Ssh} alice@example"]));
        Assert.Equal([Ssh], AgeRecipients.Parse([Ssh + " alice@example", Ssh]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("key.txt")]
    [InlineData("--passphrase")]
    [InlineData("age1 x")]
    [InlineData("AGE1QL3")]
    [InlineData("ssh-dss AAAA")]
    public void What_is_not_written_as_a_public_key_never_reaches_age(string text)
    {
        var failure = Assert.Throws<FaultException>(() => AgeRecipients.Parse([Good, text]));
        Assert.Equal("BadRecipient", failure.Fault.Kind);
        Assert.Contains($"'{text}', at place 2", failure.Fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_secret_key_among_them_is_refused_and_not_repeated()
    {
        var failure = Assert.Throws<FaultException>(() => AgeRecipients.Parse(["AGE-SECRET-KEY-1QQQQ"]));
        Assert.DoesNotContain("1QQQQ", failure.Fault.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Age_itself_says_which_one_is_none()
    {
        AgeKey.Needs();
        var token = TestContext.Current.CancellationToken;
        Assert.Null(AgeRecipients.Check([Good, Ssh], AgeProgram.Installed, token));
        var fault = AgeRecipients.Check([Good, Altered, Ssh], AgeProgram.Installed, token);
        Assert.Contains($"refuses the recipient {Altered}", fault!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", true)]
    [InlineData("age", false)]
    [InlineData("gpg", false)]
    [InlineData("gpg", true)]
    public void What_contradicts_itself_is_refused(string kind, bool recipients)
    {
        var failure = Assert.Throws<FaultException>(() => Encryption.Parse(kind, recipients ? [Good] : []));
        Assert.Equal("BadEncryption", failure.Fault.Kind);
        Assert.Contains("--encrypt-to", failure.Fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipient_is_enough_to_be_encrypted_to()
    {
        Assert.Equal(ArchiveForm.Encrypted, Encryption.Parse(null, [Good]).Form);
        Assert.Equal(ArchiveForm.Plain, Encryption.Parse("none", []).Form);
        Assert.Equal(ArchiveForm.Plain, Encryption.Parse("", []).Form);
    }
}
