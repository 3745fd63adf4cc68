using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Balie.Kernel;

internal static class MailSetup
{
    public static IServiceCollection AddMail(this IServiceCollection services, IConfiguration config)
    {
        services.AddOptions<MailOptions>().Bind(config.GetSection("Balie:Mail"))
            .Validate(
                options => Mails.IsAddress(options.Sender), "Balie:Mail:From (or Balie:Mail:Smtp:From) must be one bare mail address.")
            .Validate(options => options.Smtp.Port is > 0 and <= 65535, "Balie:Mail:Smtp:Port must be a port number.")
            .ValidateOnStart();
        services.TryAddSingleton<IMailSink>(provider => provider.GetRequiredService<IOptions<MailOptions>>() switch
        {
            { Value.Smtp.Host.Length: > 0 } options => new SmtpSink(options),
            var options => new FolderSink(options),
        });
        services.AddHostedService<MailSender>();
        return services;
    }
}
