using Balie.Contracts.Identity;

namespace Balie.Commands;

/// <summary>
/// What a first start leaves behind: an owner who can sign in and, unless asked not to, an organisation worth looking at.
/// </summary>
internal static class Settle
{
    private const string DefaultOrganisation = "Balie";

    /// <summary>Says how to sign in; the generated password is printed here and nowhere else, ever.</summary>
    /// <exception cref="OperatorException">The address or password of the environment will not do.</exception>
    public static async Task<Owner?> Owner(IServiceProvider services, IConfiguration config, Action<string> say, CancellationToken ct)
    {
        if (services.GetService<IInstallation>() is not { } installation) return null;

        var name = config["Balie:Organisation"] ?? DefaultOrganisation;
        var ensured = await installation.EnsureOwner(Wish(config, "BALIE_ADMIN_EMAIL"), Wish(config, "BALIE_ADMIN_PASSWORD"), name, ct);
        if (ensured.Refusal is { } refusal)
            throw new OperatorException(
                $"The owner could not be made ({refusal.Message}): correct BALIE_ADMIN_EMAIL or BALIE_ADMIN_PASSWORD.");

        // An outcome without a refusal has a value.
        var owner = ensured.Value!;
        say(owner switch
        {
            { GeneratedPassword: { } password } =>
                $"Sign in as {owner.Email} with password {password} (shown once: keep it, or set another with balie user password).",
            { Created: true } => $"Sign in as {owner.Email} with the password of BALIE_ADMIN_PASSWORD.",
            _ => $"Sign in as {owner.Email}.",
        });
        return owner;
    }

    /// <summary>Loads every module's part of the demo, in the order of the modules.</summary>
    public static async Task Demo(IServiceProvider services, Guid orgId, Action<string> say, CancellationToken ct)
    {
        foreach (var part in services.GetServices<IDemo>())
        {
            say($"Loading the demo: {part.What}…");
            await part.Load(orgId, ct);
        }
    }

    private static string? Wish(IConfiguration config, string key) => config[key] is { Length: > 0 } value ? value : null;
}
