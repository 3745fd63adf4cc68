using Balie.Contracts.Identity;
using Balie.Identity.Callers;
using Balie.Identity.Installation;
using Balie.Identity.Organisations;
using Balie.Identity.Passwords;
using Balie.Identity.SecondFactor;
using Balie.Identity.Sessions;
using Balie.Identity.SignIn;
using Balie.Identity.Tokens;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Balie.Identity;

/// <summary>Organisations, people, sessions, tokens, roles and API keys.</summary>
public sealed class IdentityModule : IModule
{
    public string Name => "identity";

    public void AddServices(IServiceCollection services, IConfigurationSection config)
    {
        services.AddOptions<IdentityOptions>().Bind(config)
            .Validate<IHostEnvironment>(
                (options, host) => options.HashIterations >= IdentityOptions.LeastHashIterations
                    || (host.IsEnvironment("Testing") && options.HashIterations > 0),
                $"Balie:Identity:HashIterations must be at least {IdentityOptions.LeastHashIterations}.")
            .Validate(options => options.Issuer.Length > 0 && options.Audience.Length > 0,
                "Balie:Identity:Issuer and Audience must not be empty.")
            .Validate(
                options => options.AccessTokenLife > TimeSpan.Zero && options.AccessTokenLife <= TimeSpan.FromHours(1),
                "Balie:Identity:AccessTokenLife must be positive and at most an hour, for which a key is published after it signed.")
            .Validate(
                options => options.RefreshTokenLife > TimeSpan.Zero && options.SessionLife > TimeSpan.Zero,
                "Balie:Identity:RefreshTokenLife and SessionLife must be positive.")
            .Validate(
                options => options.CallerMemory >= TimeSpan.Zero && options.CallerMemory <= TimeSpan.FromMinutes(5),
                "Balie:Identity:CallerMemory must be at most five minutes.")
            .Validate(
                options => options.AttemptsPerAccount > 0 && options.AttemptsPerAddress > 0,
                "Balie:Identity:AttemptsPerAccount and AttemptsPerAddress must be positive.")
            .Validate(
                options => Uri.TryCreate(options.SecurityContact, UriKind.Absolute, out var contact)
                    && contact.Scheme is "mailto" or "https",
                "Balie:Identity:SecurityContact must be a mailto: or https: address.")
            .ValidateOnStart();
        services.AddScoped(Accounts.Of);
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<OrganisationDirectory>();
        services.AddSingleton<IOrganisations>(provider => provider.GetRequiredService<OrganisationDirectory>());
        services.AddSingleton<IStaff, Staff>();
        services.AddSingleton<ICallers, KnownCallers>();
        services.AddHostedService<ListenBeforeServing>();
        services.AddSingleton<PasswordMeter>();
        services.AddSingleton<Hashing>();
        services.AddSingleton<Attempts>();
        services.AddSingleton<Reauthentication>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton<IInstallation, OperatorsOrders>();
        foreach (var example in SignInMails.Examples) services.AddSingleton(example);
    }

    public void Map(IEndpointRouteBuilder api)
    {
        Register.Map(api);
        VerifyEmail.Map(api);
        LogIn.Map(api);
        RefreshSession.Map(api);
        LogOut.Map(api);
        ForgetPassword.Map(api);
        ResetPassword.Map(api);
        ChangePassword.Map(api);
        SeeMe.Map(api);

        ListSessions.Map(api);
        EndSession.Map(api);
        EndOtherSessions.Map(api);

        EnrolTotp.Map(api);
        ConfirmTotp.Map(api);
        RemoveTotp.Map(api);
        RenewRecoveryCodes.Map(api);

        ListMyOrganisations.Map(api);
        CreateOrganisation.Map(api);
        SeeOrganisation.Map(api);
        UpdateOrganisation.Map(api);
        ListMembers.Map(api);
        AddMember.Map(api);
        ChangeRole.Map(api);
        RemoveMember.Map(api);
        ListApiKeys.Map(api);
        CreateApiKey.Map(api);
        RevokeApiKey.Map(api);
    }

    public void MapRoot(IEndpointRouteBuilder root)
    {
        SeeKeys.Map(root);
        SeeSecurityContact.Map(root);
    }

    public void Schedule(Timetable at) => at.Every(TimeSpan.FromHours(1), ForgetWhatLapsed.Run);

    public void Verify(Checks that)
    {
        that.Holds("Every organisation has an owner", """
            select 'organisation ' || org_id || ' has no owner'
            from identity.organisations
            where not exists (select from identity.members where members.org_id = organisations.org_id and role = 'owner')
            """);
        that.Holds("No ended session has an unused refresh token that is newer than its end", """
            select 'session ' || sessions.session_id || ' was refreshed after its end'
            from identity.sessions
            join identity.refresh_tokens on refresh_tokens.session_id = sessions.session_id
            where refresh_tokens.created_at > sessions.ended_at
            """);
    }
}
