using ChatOps.Bot.Platforms.Web;

namespace ChatOps.Bot.Tests.Platforms;

public sealed class SignInLinkTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8080", "http://localhost:8080/sign-in?code=c")]
    [InlineData("http://[::]:8080", "http://localhost:8080/sign-in?code=c")]
    [InlineData("http://127.0.0.1:8080/", "http://127.0.0.1:8080/sign-in?code=c")]
    [InlineData("http://10.0.0.0:80", "http://10.0.0.0:80/sign-in?code=c")]
    public void It_can_be_opened_on_the_machine_the_port_is_led_to(string listening, string link) =>
        Assert.Equal(link, SignInLink.For(listening, "c"));
}
