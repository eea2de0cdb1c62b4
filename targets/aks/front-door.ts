import type {
  AFDCustomDomain,
  AFDCustomDomainArgs,
  AFDEndpoint,
  AFDEndpointArgs,
  AFDOriginArgs,
  AFDOriginGroup,
  AFDOriginGroupArgs,
  Profile,
  ProfileArgs,
  RouteArgs,
} from '@pulumi/azure-native/cdn';
import type { Construct } from 'constructs';
import { CloudResource } from '../../constructs/core/cloud-resource';
import type { HostedSite, SiteRequest } from '../../constructs/core/platform';
import type { Azure } from './aks-cluster';
import { nameInGroup, uniqueName } from './azure-name';
import { siteRules } from './front-door-rules';
import { websiteHost } from './website';

/** What is compressed on its way: https://learn.microsoft.com/azure/frontdoor/front-door-caching#file-compression */
const TEXTS = ['text/html', 'text/css', 'text/plain', 'application/javascript', 'text/javascript', 'application/json'];
const IMAGES = ['image/svg+xml', 'font/ttf', 'application/wasm', 'application/xml'];

/** Where parts of a profile are. */
interface Place {
  readonly resourceGroupName: string;
  readonly profileName: string;
}

/**
 * A static website in a storage account, and Front Door before it, with a certificate that it renews itself. Whoever owns the host's zone proves it once.
 * Cost: a base price each month, by GiB and request, https://azure.microsoft.com/pricing/details/frontdoor/
 */
export function frontDoor(scope: Construct, request: SiteRequest, azure: Azure): HostedSite {
  const { resourceGroup: resourceGroupName } = azure.cluster;
  const name = nameInGroup(scope, azure.environment);
  const profile = new CloudResource<ProfileArgs, Profile>(scope, 'profile', {
    type: 'azure-native:cdn:Profile',
    inputs: {
      resourceGroupName,
      profileName: name,
      location: 'Global',
      sku: { name: 'Standard_AzureFrontDoor' },
      tags: azure.tags,
    },
  });
  const place = { resourceGroupName, profileName: profile.output('name') };
  const endpoint = new CloudResource<AFDEndpointArgs, AFDEndpoint>(scope, 'endpoint', {
    type: 'azure-native:cdn:AFDEndpoint',
    inputs: {
      ...place,
      endpointName: uniqueName(scope, azure.environment, 'endpoint'),
      location: 'Global',
      enabledState: 'Enabled',
      tags: azure.tags,
    },
  });
  const domain = new CloudResource<AFDCustomDomainArgs, AFDCustomDomain>(scope, 'domain', {
    type: 'azure-native:cdn:AFDCustomDomain',
    inputs: {
      ...place,
      customDomainName: request.host.replaceAll('.', '-'),
      hostName: request.host,
      tlsSettings: { certificateType: 'ManagedCertificate', minimumTlsVersion: 'TLS12' },
    },
  });
  const { group, origin } = originOf(scope, place, azure);
  const common: RouteArgs = {
    ...place,
    endpointName: endpoint.output('name'),
    customDomains: [{ id: domain.output('id') }],
    originGroup: { id: group.output('id') },
    ruleSets: [{ id: siteRules(scope, place, request) }],
    supportedProtocols: ['Http', 'Https'],
    httpsRedirect: 'Enabled',
    forwardingProtocol: 'HttpsOnly',
    linkToDefaultDomain: 'Disabled',
    enabledState: 'Enabled',
  };
  const contentTypesToCompress = [...TEXTS, ...IMAGES];
  const cacheConfiguration = {
    queryStringCachingBehavior: 'IgnoreQueryString',
    compressionSettings: { isCompressionEnabled: true, contentTypesToCompress },
  };
  const inputs = {
    pages: { ...common, routeName: 'pages', patternsToMatch: ['/*'] },
    // What is there never changes: its names do.
    assets: { ...common, routeName: 'assets', patternsToMatch: ['/assets/*'], cacheConfiguration },
  };
  for (const [id, route] of Object.entries(inputs)) {
    const made = new CloudResource<RouteArgs>(scope, id, { type: 'azure-native:cdn:Route', inputs: route });
    made.node.addDependency(origin);
  }
  return {
    facts: [
      'static website in Azure Storage',
      'Front Door: TLS 1.2 and newer, security headers, compression',
      `of ${request.host}: a CNAME to the endpoint, a TXT _dnsauth with the token of the domain in ${name}`,
    ],
  };
}

function originOf(
  scope: Construct,
  place: Place,
  azure: Azure,
): {
  readonly group: CloudResource<AFDOriginGroupArgs, AFDOriginGroup>;
  readonly origin: CloudResource<AFDOriginArgs>;
} {
  const group = new CloudResource<AFDOriginGroupArgs, AFDOriginGroup>(scope, 'origins', {
    type: 'azure-native:cdn:AFDOriginGroup',
    inputs: {
      ...place,
      originGroupName: 'files',
      loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 3, additionalLatencyInMilliseconds: 50 },
      sessionAffinityState: 'Disabled',
    },
  });
  const host = websiteHost(scope, azure);
  const origin = new CloudResource<AFDOriginArgs>(scope, 'origin', {
    type: 'azure-native:cdn:AFDOrigin',
    inputs: {
      ...place,
      originGroupName: group.output('name'),
      originName: 'website',
      hostName: host,
      originHostHeader: host,
      httpsPort: 443,
      priority: 1,
      weight: 1000,
      enforceCertificateNameCheck: true,
      enabledState: 'Enabled',
    },
  });
  return { group, origin };
}
