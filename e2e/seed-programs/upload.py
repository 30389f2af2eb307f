# Upload custom image
import requests

# Upload and verify
with open('custom-v5.1.0.img', 'rb') as f:
    files = {
        'file': ('custom-v5.1.0.img', f, 'application/octet-stream'),
        'version': (None, 'v5.1.0-custom')
    }
    
    verify_response = requests.post(
        "https://api.example.com/v1/cloud-integration/upload/verify",
        files=files,
        headers={"Authorization": "Bearer your_token"}
    )

verify_result = verify_response.json()

if verify_result['status'] == 'verified':
    print(f"Image verified: {verify_result['file']['version']}")
    
    # Deploy verified image
    deploy_request = {
        "filename": verify_result['file']['name'],
        "version": verify_result['file']['version'],
        "target_partition": "B"
    }
    
    deploy_response = requests.post(
        "https://api.example.com/v1/cloud-integration/upload/deploy",
        json=deploy_request,
        headers={"Authorization": "Bearer your_token"}
    )
    
    print(f"Deployment started: {deploy_response.json()['deployment_id']}")
else:
    print(f"Verification failed: {verify_result.get('error', 'Unknown error')}")
